# needs: command setfattr, command getfattr
echo x > f
mkdir d
setfattr -n user.a -v one f
setfattr -n user.b -v 0x0001ff f
setfattr -n user.c f
getfattr -d f | sort
getfattr -n user.b -e hex f
getfattr -n user.none f
cp --preserve=xattr f g
getfattr -d g | sort
cp -a f h; mv h d/
getfattr --only-values -n user.a d/h; echo
setfattr -x user.a f
setfattr -x user.a f
getfattr -R -d . | sort
python3 -c '
import os
os.setxattr("f", "user.py", b"p")
print(sorted(os.listxattr("f")), os.getxattr("f", "user.b"))'
