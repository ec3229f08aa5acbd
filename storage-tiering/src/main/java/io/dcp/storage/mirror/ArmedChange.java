package io.dcp.storage.mirror;

import io.dcp.ipc.channel.Reply;
import io.dcp.storage.namespace.Name;
import java.io.IOException;
import java.util.List;
import java.util.function.IntSupplier;

/**
 * A change of names on the mirror that a kill cannot leave half done: it is remembered in an intent slot until it is
 * recorded. If it cannot be recorded, because the disk is full say, what was made is taken back where that is possible, and
 * the slot stays armed until what the mirror shows then is recorded.
 *
 * @param sites the names, under the locks of their directories; of a rename the new name first, so that what moved is
 *     never without a name
 */
record ArmedChange(Services services, Request request, List<Reconciler.Site> sites) {

    /** The answer after success; not called if the system call failed. */
    @FunctionalInterface
    interface Answer {
        Reply get() throws IOException;
    }

    /** Makes a change that is not taken back. */
    Reply make(IntSupplier systemCall, Answer answer) throws IOException {
        return make(systemCall, () -> {}, answer);
    }

    /** What takes back the making of a name, which its caller will hear to have failed. */
    Runnable unmake(int flags) {
        Reconciler.Site site = sites.get(0);
        return () -> services.kernel().unlinkat(site.directoryFd(), site.name().bytes(), flags);
    }

    /**
     * Makes the system call under the caller's credentials and records what came of it under the agent's.
     *
     * @param systemCall returns a negative errno if it failed
     * @param undo takes back what the system call has done, under the agent's credentials, if it cannot be recorded
     */
    Reply make(IntSupplier systemCall, Runnable undo, Answer answer) throws IOException {
        sites.forEach(site -> services.identities().withhold(site.ending()));
        try {
            return armed(systemCall, undo, answer);
        } finally {
            sites.forEach(site -> services.identities().release(site.ending()));
            sites.forEach(site -> site.close(services.tree().kernel()));
        }
    }

    private Reply armed(IntSupplier systemCall, Runnable undo, Answer answer) throws IOException {
        long session = request.caller().session();
        long requestId = request.call().requestId();
        Name first = sites.get(sites.size() - 1).name();
        Name second = sites.size() == 1 ? null : sites.get(0).name();
        int intent = services.intents()
                .arm(session, requestId, first, second, sites.get(0).fresh());
        boolean recorded = false;
        try {
            int result = systemCall.getAsInt();
            if (result < 0) {
                recorded = true;
                return Reply.error(-result);
            }
            services.context().asAgent(request.caller(), () -> {
                boolean settled = false;
                try {
                    services.reconciler().settle(sites, session, requestId, true);
                    settled = true;
                } finally {
                    if (!settled) {
                        undo.run();
                    }
                }
                return null;
            });
            recorded = true;
            return answer.get();
        } finally {
            if (recorded) {
                services.intents().disarm(intent);
            } else {
                services.intents().keep(intent);
            }
        }
    }
}
