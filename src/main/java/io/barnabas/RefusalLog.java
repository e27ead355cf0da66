package io.barnabas;

import static java.util.Objects.requireNonNull;

import io.barnabas.broker.ClientEvents;
import io.barnabas.record.ErrorCode;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs refusals, each kind at most once in an interval, with how many there were since the last line: a flood of them
 * must not be one of the log. Passes everything on. Thread-safe.
 */
final class RefusalLog implements ClientEvents {
    private static final Logger LOG = LoggerFactory.getLogger(RefusalLog.class);

    private final ClientEvents next;
    private final long intervalNanos;
    private final LongSupplier nanoTime;

    /** Filled when made and never changed, so it may be read without a lock. */
    private final Map<FrontEnd, Map<ErrorCode, Kind>> kinds = new EnumMap<>(FrontEnd.class);

    RefusalLog(ClientEvents next, int intervalMs, LongSupplier nanoTime) {
        this.next = requireNonNull(next, "next");
        this.intervalNanos = TimeUnit.MILLISECONDS.toNanos(intervalMs);
        this.nanoTime = requireNonNull(nanoTime, "nanoTime");
        long now = nanoTime.getAsLong();
        for (FrontEnd frontEnd : FrontEnd.values()) {
            Map<ErrorCode, Kind> codes = new EnumMap<>(ErrorCode.class);
            for (ErrorCode code : ErrorCode.values()) {
                codes.put(code, new Kind(now));
            }
            kinds.put(frontEnd, codes);
        }
    }

    @Override
    public void rejected(FrontEnd frontEnd, ErrorCode code) {
        next.rejected(frontEnd, code);
        long count = kinds.get(frontEnd).get(code).another(nanoTime.getAsLong(), intervalNanos);
        if (count > 0 && code.kind() == ErrorCode.Kind.USER) {
            LOG.info("requests refused frontEnd={} error={} count={}", frontEnd, code, count);
        } else if (count > 0) {
            LOG.warn("requests refused frontEnd={} error={} count={}", frontEnd, code, count);
        }
    }

    @Override
    public void produceBegan(Protocol protocol) {
        next.produceBegan(protocol);
    }

    @Override
    public void produceEnded(Protocol protocol, long nanos) {
        next.produceEnded(protocol, nanos);
    }

    @Override
    public void fetched(Protocol protocol, Wait wait, long nanos) {
        next.fetched(protocol, wait, nanos);
    }

    @Override
    public void delivered(Protocol protocol, String topic, long records, long bytes) {
        next.delivered(protocol, topic, records, bytes);
    }

    @Override
    public void starvationBegan() {
        next.starvationBegan();
    }

    @Override
    public void starvationEnded() {
        next.starvationEnded();
    }

    /** One kind of refusal: those not told of yet, and when the next line may come. */
    private static final class Kind {
        private final LongAdder untold = new LongAdder();
        private final AtomicLong nextLineNanos;

        Kind(long now) {
            this.nextLineNanos = new AtomicLong(now);
        }

        /** How many to tell of now; 0 when it is not time. The one who moves the time on tells. */
        long another(long now, long interval) {
            untold.increment();
            long due = nextLineNanos.get();
            return now - due >= 0 && nextLineNanos.compareAndSet(due, now + interval) ? untold.sumThenReset() : 0;
        }
    }
}
