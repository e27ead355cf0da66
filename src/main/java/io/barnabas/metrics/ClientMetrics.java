package io.barnabas.metrics;

import static java.util.Objects.requireNonNull;

import io.barnabas.broker.ClientEvents;
import io.barnabas.metrics.Exposition.Tally;
import io.barnabas.record.ErrorCode;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import org.eclipse.microprofile.metrics.Tag;

/** Counts what front ends tell. Every series is there from the start, so that a rate has something to begin with. */
final class ClientMetrics implements ClientEvents {
    private static final String REJECTED = "barnabas_rejected_requests_total";
    private static final String REJECTED_HELP = "Requests and frames that were refused or failed, by error";
    private static final String PRODUCE = "barnabas_produce_duration_seconds";
    private static final String PRODUCE_HELP = "From a complete produce request to its answer";
    private static final String FETCH = "barnabas_fetch_duration_seconds";
    private static final String FETCH_HELP =
            "Until records go out: since the request (wait=none, wait=poll, which may wait for records), since the read (wait=push)";

    private final TopicTable topics;
    private final Map<Protocol, Way> ways = new EnumMap<>(Protocol.class);
    private final Map<FrontEnd, Map<ErrorCode, Tally>> rejected = new EnumMap<>(FrontEnd.class);
    private final Tally starvations;
    private final LongAdder starving = new LongAdder();

    ClientMetrics(Exposition exposition, TopicTable topics) {
        this.topics = requireNonNull(topics, "topics");
        for (Protocol protocol : Protocol.values()) {
            ways.put(protocol, new Way(exposition, protocol));
        }
        for (FrontEnd frontEnd : FrontEnd.values()) {
            rejected.put(frontEnd, rejections(exposition, frontEnd));
        }
        starvations = exposition.counter(
                "barnabas_websocket_credit_starvations_total",
                "How often a subscription had records to send and no credit");
        exposition.gauge(
                "barnabas_websocket_credit_starved",
                "Subscriptions that have records to send and no credit",
                starving::sum);
    }

    private static Map<ErrorCode, Tally> rejections(Exposition exposition, FrontEnd frontEnd) {
        Map<ErrorCode, Tally> tallies = new EnumMap<>(ErrorCode.class);
        for (ErrorCode code : ErrorCode.values()) {
            tallies.put(
                    code,
                    exposition.counter(
                            REJECTED,
                            REJECTED_HELP,
                            new Tag("front_end", label(frontEnd)),
                            new Tag("error", label(code))));
        }
        return tallies;
    }

    static String label(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    @Override
    public void produceBegan(Protocol protocol) {
        ways.get(protocol).acksWaiting.increment();
    }

    @Override
    public void produceEnded(Protocol protocol, long nanos) {
        Way way = ways.get(protocol);
        way.acksWaiting.decrement();
        way.produce.add(nanos);
    }

    @Override
    public void fetched(Protocol protocol, Wait wait, long nanos) {
        DurationHistogram histogram = ways.get(protocol).fetch.get(wait);
        if (histogram != null) {
            histogram.add(nanos);
        }
    }

    @Override
    public void delivered(Protocol protocol, String topic, long records, long bytes) {
        Way way = ways.get(protocol);
        way.deliveredRecords.add(records);
        way.deliveredBytes.add(bytes);
        TopicTable.TopicSeries series = topics.of(topic);
        series.deliveredRecords.add(records);
        series.deliveredBytes.add(bytes);
    }

    @Override
    public void rejected(FrontEnd frontEnd, ErrorCode code) {
        rejected.get(frontEnd).get(code).increment();
    }

    @Override
    public void starvationBegan() {
        starvations.increment();
        starving.increment();
    }

    @Override
    public void starvationEnded() {
        starving.decrement();
    }

    /** One protocol's adders. */
    private static final class Way {
        private final LongAdder acksWaiting = new LongAdder();
        private final DurationHistogram produce;
        private final Map<Wait, DurationHistogram> fetch = new EnumMap<>(Wait.class);
        private final Tally deliveredRecords;
        private final Tally deliveredBytes;

        Way(Exposition exposition, Protocol protocol) {
            Tag label = new Tag("protocol", label(protocol));
            exposition.gauge(
                    "barnabas_acks_waiting", "Produce requests that wait for their answer", acksWaiting::sum, label);
            produce = DurationHistogram.shown(exposition, PRODUCE, PRODUCE_HELP, label);
            boolean webSocket = protocol == Protocol.WEBSOCKET_JSON || protocol == Protocol.WEBSOCKET_BINARY;
            for (Wait wait : Wait.values()) {
                if (webSocket == (wait == Wait.PUSH)) {
                    fetch.put(
                            wait,
                            DurationHistogram.shown(
                                    exposition, FETCH, FETCH_HELP, label, new Tag("wait", label(wait))));
                }
            }
            deliveredRecords = exposition.counter(
                    "barnabas_delivered_records_total", "Records given to clients by this node", label);
            deliveredBytes = exposition.counter(
                    "barnabas_delivered_bytes_total", "Bytes in which records were given to clients", label);
        }
    }
}
