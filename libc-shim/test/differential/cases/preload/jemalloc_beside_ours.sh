# needs: library libjemalloc.so.2
lib=$(ls /usr/lib/*/libjemalloc.so.2 | head -1)
echo text > f; mkdir d; ln f d/hard
LD_PRELOAD=$lib cat f
LD_PRELOAD=$lib bash -c 'echo made > new; ls; mv new d/moved; stat -c "%h %s %n" f; cat < d/moved'
LD_PRELOAD=$lib python3 -c '
import ctypes, os
ctypes.CDLL(None).mallctl
print("jemalloc is there", sorted(os.listdir("d")), os.stat("f").st_ino == os.stat("d/hard").st_ino)'
LD_PRELOAD="$lib" env grep -c . f
LD_PRELOAD="libjemalloc.so.2:" sh -c 'cp f g && cat g'
[ "$(LD_PRELOAD=$lib stat -c %i f)" = "$(stat -c %i d/hard)" ] && echo same inode
