package io.dcp.oss.cli;

import java.io.IOException;

/** No agent of the platform can be reached. The message is one line for people. */
final class NotRunningException extends IOException {
    private static final long serialVersionUID = 1;

    NotRunningException(String message) {
        super(message);
    }
}
