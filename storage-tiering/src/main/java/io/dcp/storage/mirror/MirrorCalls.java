package io.dcp.storage.mirror;

import io.dcp.ipc.channel.CallHandler;
import io.dcp.ipc.channel.Caller;
import io.dcp.ipc.channel.FileCall;
import io.dcp.ipc.channel.Replier;
import io.dcp.ipc.channel.Reply;
import io.dcp.ipc.kernel.Errno;
import java.io.IOException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers the calls of programs. On the server's threads as far as nothing has to be waited for; a call that has to wait
 * is made again from its beginning on a worker.
 */
final class MirrorCalls implements CallHandler {
    private static final Logger log = LoggerFactory.getLogger(MirrorCalls.class);

    private final Services services;
    private final ExecutorService workers;
    private final OpenCalls opens;
    private final NameCalls names;
    private final AttributeCalls attributes;
    private final QueryCalls queries;
    private final PrepareCalls prepares;
    private final Recovery recovery;

    MirrorCalls(Services services, ExecutorService workers, Recovery recovery) {
        this.services = services;
        this.recovery = recovery;
        this.workers = workers;
        Targets targets = new Targets(services);
        this.opens = new OpenCalls(services, targets);
        this.names = new NameCalls(services, targets);
        this.attributes = new AttributeCalls(services, targets);
        this.queries = new QueryCalls(services, targets);
        this.prepares = new PrepareCalls(services, targets.resolver());
    }

    @Override
    public void handle(Caller caller, FileCall call, Replier replier) {
        Request request = Request.of(caller, call);
        try {
            replier.reply(answer(request));
        } catch (Request.MustWait e) {
            try {
                workers.execute(() -> replier.reply(answer(request.onWorker())));
            } catch (RejectedExecutionException closing) {
                log.debug("a call came while closing, its caller will ask again: {}", call.operation());
            }
        }
    }

    @Override
    public void sessionEnded(long session) {
        services.sessions().ended(session);
    }

    private Reply answer(Request request) {
        if (services.intents().hasKept()) {
            retryKept();
        }
        boolean canChangeRoot = services.context().credentials().servesOthers();
        try (Bases bases = Bases.open(services.kernel(), request.caller(), request.call(), canChangeRoot)) {
            return answer(request.from(bases), 0);
        }
    }

    private Reply answer(Request request, int links) {
        try {
            return answerAsCaller(request);
        } catch (Resolver.LeadsOn on) {
            if (on.fd < 0) {
                return Reply.natively();
            }
            try {
                return links < Paths.MAX_LINKS
                        ? answer(request.from(on.fd, on.rest, on.second), links + 1)
                        : Reply.error(Errno.ELOOP);
            } finally {
                services.kernel().close(on.fd);
            }
        }
    }

    private Reply answerAsCaller(Request request) {
        FileCall call = request.call();
        int assumed = services.context().assume(request.caller());
        if (assumed < 0) {
            services.context().assumeAgent();
            return Reply.error(Errno.EACCES);
        }
        services.context().umask(call.umask() & 0777);
        try {
            Reply reply = dispatch(request);
            // It is the agent that has no more descriptors; the caller would look for its own.
            return reply.errno() == Errno.EMFILE ? Reply.error(Errno.ENFILE) : reply;
        } catch (IOException e) {
            log.error("call failed: {} {}: {}", call.operation(), Paths.text(call.path()), e.toString());
            return Reply.error(isDiskFull(e) ? Errno.ENOSPC : Errno.EIO);
        } catch (Request.MustWait | Resolver.LeadsOn e) {
            throw e;
        } catch (RuntimeException e) {
            log.error("call failed: {} {}", call.operation(), Paths.text(call.path()), e);
            return Reply.error(Errno.EIO);
        } finally {
            services.context().assumeAgent();
        }
    }

    /** Under the agent's credentials, in which every call begins and ends. */
    private void retryKept() {
        try {
            recovery.retryKept();
        } catch (IOException | RuntimeException e) {
            log.debug("a change that was made still cannot be recorded: {}", e.toString());
        }
    }

    private static boolean isDiskFull(IOException e) {
        String message = e.getMessage();
        return message != null && (message.contains("No space left") || message.contains("ENOSPC"));
    }

    private Reply dispatch(Request request) throws IOException {
        if (isRepeatedChange(request)) {
            return Reply.done();
        }
        return switch (request.call().operation()) {
            case PREPARE -> prepares.prepare(request);
            case STAT -> queries.stat(request);
            case IDENTIFY -> queries.identify(request);
            case READDIR -> queries.readdir(request);
            case OPEN -> opens.open(request);
            case MKDIR -> names.mkdir(request);
            case MKNOD -> names.mknod(request);
            case SYMLINK -> names.symlink(request);
            case LINK -> names.link(request);
            case UNLINK -> names.unlink(request);
            case RENAME -> names.rename(request);
            case ADOPT -> names.adopt(request);
            case CHMOD -> attributes.chmod(request);
            case CHOWN -> attributes.chown(request);
            case UTIMENS -> attributes.utimens(request);
            case TRUNCATE -> attributes.truncate(request);
            case SETXATTR -> attributes.setxattr(request);
            case REMOVEXATTR -> attributes.removexattr(request);
            case CHANGED -> attributes.changed(request);
            case SYNC -> sync(request, false);
            case SYNC_ALL -> sync(request, true);
            case ROOM -> room(request);
            case NULL_VAL -> Reply.error(Errno.ENOSYS);
        };
    }

    /** Whether this change was completed before its answer was lost with an agent. */
    private boolean isRepeatedChange(Request request) {
        return switch (request.call().operation()) {
            case MKDIR, MKNOD, SYMLINK, LINK, UNLINK, RENAME, SETXATTR, REMOVEXATTR ->
                services.sessions()
                        .isCompleted(request.caller().session(), request.call().requestId());
            default -> false;
        };
    }

    private Reply sync(Request request, boolean everything) throws IOException {
        request.aboutToWait();
        if (everything) {
            services.kernel().syncfs(services.tree().rootFd());
        }
        services.store().sync();
        return Reply.done();
    }

    /** EAGAIN: there is no room yet, ask again. */
    private Reply room(Request request) throws IOException {
        if (!services.region().throttles()) {
            return Reply.done();
        }
        request.aboutToWait();
        try {
            return services.writeBack().awaitRoom(request.waitUntilNanos()) ? Reply.done() : Reply.error(Errno.EAGAIN);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while waiting for room", e);
        }
    }
}
