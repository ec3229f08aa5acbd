# Programs that are started with little address space: what starts anywhere starts here, attached, or is told why not.
# needs: command python3
try() {
  (
    ulimit -v "$1"
    shift
    "$@"
  )
  echo "status $?"
}
for limit in 65536 16384 4096; do
  echo "limit $limit"
  try $limit /bin/sh -c 'echo text >f && mkdir d && mv f d/g && cat d/g && rm -r d && ls -A'
done
# With too little for any program the loader's or the kernel's own words; only whether it ran is compared.
for limit in 1024 64 0; do
  try $limit /bin/true 2>/dev/null | sed 's/status [1-9].*/status not 0/'
done
# Small stacks, little data, no locked memory.
for limit in 's 256' 'd 1024' 'l 0'; do
  (
    # shellcheck disable=SC2086
    ulimit -$limit
    /bin/sh -c 'echo text >f && mkdir d && mv f d/g && cat d/g && rm -r d && ls -A'
    echo "status $?"
  )
done
