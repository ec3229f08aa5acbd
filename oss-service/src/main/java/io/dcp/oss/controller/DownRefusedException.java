package io.dcp.oss.controller;

/** The platform cannot go down in the way that was asked; it goes on as before. The message says why, in one line. */
public final class DownRefusedException extends Exception {
    private static final long serialVersionUID = 1;

    /** Takes the reason. */
    public DownRefusedException(String reason) {
        super(reason);
    }
}
