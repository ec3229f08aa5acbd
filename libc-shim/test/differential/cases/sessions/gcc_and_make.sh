# needs: command gcc, command make
# leftovers: ignore
mkdir -p src include; cat > include/calc.h <<'C'
int add(int, int);
int mul(int, int);
C
echo '#include "calc.h"
int add(int a, int b) { return a + b; }' > src/add.c
echo '#include "calc.h"
int mul(int a, int b) { return a * b; }' > src/mul.c
echo '#include <stdio.h>
#include "calc.h"
int main(void) { printf("%s %d %d\n", __FILE__, add(2, 3), mul(2, 3)); return 42; }' > src/main.c
cat > Makefile <<'M'
CFLAGS = -O2 -Iinclude -MMD -MP -g
OBJECTS = $(patsubst src/%.c,build/%.o,$(wildcard src/*.c))
app: $(OBJECTS) build/libcalc.a
	$(CC) -o $@ build/main.o -Lbuild -lcalc
build/libcalc.a: build/add.o build/mul.o
	ar rcsD $@ $^
build/%.o: src/%.c | build
	$(CC) $(CFLAGS) -c -o $@ $<
build: ; mkdir -p $@
.PHONY: clean
clean: ; rm -rf build app
-include $(OBJECTS:.o=.d)
M
make -j2 --no-print-directory 2>&1 | sort; ./app; echo "exit $?"
make; touch src/mul.c; make | grep -c mul; touch include/calc.h; make -j3 | grep -c ' -c '; ls build | sort
gcc -shared -fPIC -Iinclude -o libcalc.so src/add.c src/mul.c; gcc -Iinclude -o dyn src/main.c -L. -lcalc -Wl,-rpath,"$PWD"; ./dyn; echo "exit $?"; LD_LIBRARY_PATH=. ldd dyn | grep -c libcalc
nm -D libcalc.so | grep -E ' T ' | cut -d' ' -f3 | sort; ar t build/libcalc.a; objdump -f app | grep architecture; strip app; ./app > /dev/null; echo "exit $?"
gcc -Iinclude -E src/add.c | tail -1; gcc -Iinclude -pipe -save-temps -c src/add.c -o x.o; ls x* add* 2> /dev/null | sort
echo 'int main(void) { return }' > bad.c; gcc bad.c -o bad 2> errors; echo "exit $?"; grep -c error errors; ls bad
make clean; ls
