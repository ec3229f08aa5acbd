package io.dcp.oss.agent;

import java.io.IOException;
import java.net.BindException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;

/**
 * The platform cannot start, and trying again changes nothing until a person mends the cause. The message is one line
 * that says what and where, for {@code run/failure}.
 */
public final class StartRefusedException extends Exception {
    private static final long serialVersionUID = 1;

    /** Takes the line; line breaks in it become spaces. */
    public StartRefusedException(String line, Throwable cause) {
        super(line.replaceAll("\\s*[\\r\\n]+\\s*", " "), cause);
    }

    /** A port that cannot be had: what it is for, its number, the setting it comes from. */
    static StartRefusedException port(String purpose, int port, String setting, IOException cause) {
        String reason = isPortTaken(cause) ? "is taken" : "cannot be used: " + reason(cause);
        return new StartRefusedException("port " + port + " for " + purpose + " (" + setting + ") " + reason, cause);
    }

    /** Whether an exception comes from a port that somebody else has. */
    static boolean isPortTaken(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof BindException) {
                return true;
            }
        }
        return false;
    }

    /** What an exception says, in a few words, without the paths that {@link FileSystemException} puts before it. */
    static String reason(Throwable cause) {
        if (cause instanceof AccessDeniedException) {
            return "permission denied";
        }
        if (cause instanceof FileSystemException file && file.getReason() != null) {
            return file.getReason();
        }
        return cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
    }
}
