package io.dcp.ipc.kernel;

/** What differs between the processor architectures that Linux runs on. */
final class Machine {
    private static final String ARCH = System.getProperty("os.arch", "");

    /** Number of {@code setgroups}: libc's own would change every thread (nptl(7)). */
    static final long SYS_SETGROUPS = isArm64() ? 159 : 116;

    /** Number of {@code fchmodat2}, Linux 6.6, the same everywhere; libc has it only since 2.39. */
    static final long SYS_FCHMODAT2 = 452;

    /** Number of {@code openat2}, Linux 5.6, the same everywhere; libc has none. */
    static final long SYS_OPENAT2 = 437;

    private Machine() {}

    static boolean isArm64() {
        return "aarch64".equals(ARCH);
    }

    /** True on the architectures whose numbers this package knows. */
    static boolean isKnown() {
        return isArm64() || "amd64".equals(ARCH) || "x86_64".equals(ARCH);
    }
}
