# needs: command faketime
echo text > f
faketime '2001-02-03 04:05:06' date +%Y-%m-%d
faketime '2001-02-03 04:05:06' sh -c 'date +%F; cat f; echo new > g; mkdir d; mv g d; ls d'
faketime -f '+1d' stat -c '%s %n' f
faketime '2030-01-01 00:00:00' sh -c 'touch h; rm h; for i in 1 2 3 4 5; do cp f c$i; done; ls'
faketime -f '@2020-12-24 20:30:00 x1000' sh -c 'for i in 1 2 3 4 5 6 7 8 9 10; do mv f x; mv x f; done; cat f'
