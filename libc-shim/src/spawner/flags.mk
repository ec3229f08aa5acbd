spawner_common += src/run/home.c src/run/reason.c
spawner_ldflags := -static
