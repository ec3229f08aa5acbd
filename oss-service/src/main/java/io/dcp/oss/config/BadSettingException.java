package io.dcp.oss.config;

/** A setting has a value that cannot be used. The message is one line: the setting, its value, where it was found. */
public final class BadSettingException extends Exception {
    private static final long serialVersionUID = 1;

    /** Takes the line. */
    public BadSettingException(String message) {
        super(message);
    }
}
