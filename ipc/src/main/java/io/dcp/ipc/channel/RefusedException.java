package io.dcp.ipc.channel;

import io.dcp.ipc.wire.Cause;

/** A packet that no shim of this build sends: its connection is refused. Without a stack trace, which a hostile client would make us pay for. */
final class RefusedException extends Exception {
    private static final long serialVersionUID = 1;

    private final Cause reason;

    RefusedException(Cause reason, String text) {
        super(text, null, false, false);
        this.reason = reason;
    }

    Cause reason() {
        return reason;
    }
}
