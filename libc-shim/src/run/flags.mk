# Static: they start faster, and no preload of an outer platform gets into them.
run_ldflags := -static
