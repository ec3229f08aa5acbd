seq 1 2000 | awk '{print ($1 * 7919) % 2003, $1}' > data
sort -n data | head -3; sort -k2,2nr data | head -2; sort -S 16k -T . data | sha256sum
sort -u -o data.sorted data; wc data data.sorted
split -l 300 -d data part-; ls part-*; cat part-* | cmp - data && echo the same
split -b 1k data bytes-; cat bytes-* | md5sum; md5sum < data; rm bytes-* part-*
csplit -s data 100 200; wc -l xx*; rm xx*
head -c 20 data; tail -n 2 data; tail -c 10 data; tail -n +1999 data
cut -d' ' -f1 data | sort -n | uniq -c | sort -rn | head -2
paste -d, <(head -2 data) <(tail -2 data)
join <(sort data) <(sort data) | wc -l
comm -12 <(sort data) <(sort data.sorted) | wc -l
tr ' ' '\t' < data | expand -t 8 | fold -w 10 | head -3
sed -i 's/^1 /ONE /' data; grep -c ONE data; sed -i.bak 's/ONE/TWO/' data; ls data*; grep -l ONE data*
grep -rn '^TWO' . ; grep -c '' data
nl data | tail -1; tac data | head -1; rev data | head -1; od -c data | head -2; base64 data | md5sum
tee copy1 copy2 < data | wc -l; cmp copy1 copy2 && echo equal
shuf -n 3 data | wc -l; shred -u -n 1 copy2; ls
truncate -s 100 copy1; wc -c copy1; truncate -s +1M copy1; stat -c %s copy1; truncate -r data copy1; stat -c %s copy1
awk '{ print $2 > ("mod" ($1 % 3)) } END { close("mod0") }' data; wc -l mod*
xargs -a mod0 -n 200 echo | wc -l
sum data; cksum data; sha1sum data > sums; sha1sum -c sums
