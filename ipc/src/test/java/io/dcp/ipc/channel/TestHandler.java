package io.dcp.ipc.channel;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** Answers by a function that tests set; a null answer leaves the call to the test, which takes it from the queue. */
final class TestHandler implements CallHandler {
    private static final int TIMEOUT_SECONDS = 30;

    final BlockingQueue<Taken> taken = new LinkedBlockingQueue<>();
    final BlockingQueue<Long> ended = new LinkedBlockingQueue<>();
    private volatile Function<Taken, Reply> answer;

    record Taken(Caller caller, FileCall call, Replier replier) {}

    TestHandler(Function<Taken, Reply> answer) {
        this.answer = answer;
    }

    void answering(Function<Taken, Reply> with) {
        answer = with;
    }

    @Override
    public void handle(Caller caller, FileCall call, Replier replier) {
        Taken all = new Taken(caller, call, replier);
        Reply reply = answer.apply(all);
        if (reply != null) {
            replier.reply(reply);
        } else {
            taken.add(all);
        }
    }

    @Override
    public void sessionEnded(long session) {
        ended.add(session);
    }

    static <T> T next(BlockingQueue<T> queue) throws InterruptedException {
        T next = queue.poll(TIMEOUT_SECONDS, TimeUnit.SECONDS);
        if (next == null) {
            throw new AssertionError("nothing came within " + TIMEOUT_SECONDS + " s");
        }
        return next;
    }
}
