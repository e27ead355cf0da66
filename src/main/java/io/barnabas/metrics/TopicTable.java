package io.barnabas.metrics;

import static java.util.Objects.requireNonNull;

import io.barnabas.metrics.Exposition.Tally;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.eclipse.microprofile.metrics.Tag;

/**
 * The series of each topic, up to a number of topics; the others share one. Lookups from any thread; changed by the
 * cluster's event thread alone.
 */
final class TopicTable {
    static final String OTHER = "_other";

    private static final String APPENDED_RECORDS = "barnabas_topic_appended_records_total";
    private static final String APPENDED_BYTES = "barnabas_topic_appended_bytes_total";
    private static final String DELIVERED_RECORDS = "barnabas_topic_delivered_records_total";
    private static final String DELIVERED_BYTES = "barnabas_topic_delivered_bytes_total";
    private static final String SEGMENTS = "barnabas_topic_segments";
    private static final String SIZE_BYTES = "barnabas_topic_size_bytes";
    private static final List<String> NAMES =
            List.of(APPENDED_RECORDS, APPENDED_BYTES, DELIVERED_RECORDS, DELIVERED_BYTES, SEGMENTS, SIZE_BYTES);

    private final Exposition exposition;
    private final int max;
    private final Map<String, TopicSeries> own = new ConcurrentHashMap<>();
    private final TopicSeries other;

    TopicTable(Exposition exposition, int max) {
        this.exposition = requireNonNull(exposition, "exposition");
        this.max = max;
        this.other = shown(OTHER);
    }

    /** What counts for this topic, its own or the shared one; never null. */
    TopicSeries of(String topic) {
        TopicSeries found = own.get(topic);
        return found == null ? other : found;
    }

    /** These topics exist now. Who has series keeps them; room goes to the first by name. */
    void exist(Set<String> topics) {
        for (String gone : new ArrayList<>(own.keySet())) {
            if (!topics.contains(gone)) {
                own.remove(gone);
                NAMES.forEach(name -> exposition.remove(name, label(gone)));
            }
        }
        for (String topic : topics) {
            if (own.size() >= max) {
                return;
            }
            own.computeIfAbsent(topic, this::shown);
        }
    }

    /** What each topic occupies on this node's disk now; a topic that is left out occupies nothing. */
    void sizes(Map<String, Size> byTopic) {
        Map<TopicSeries, Size> sums = new ConcurrentHashMap<>();
        new TreeMap<>(byTopic).forEach((topic, size) -> sums.merge(of(topic), size, Size::plus));
        own.values().forEach(series -> series.size = sums.getOrDefault(series, Size.NONE));
        other.size = sums.getOrDefault(other, Size.NONE);
    }

    private TopicSeries shown(String topic) {
        Tag label = label(topic);
        TopicSeries series = new TopicSeries(
                exposition.counter(APPENDED_RECORDS, "Records appended to the topic on this node", label),
                exposition.counter(APPENDED_BYTES, "Bytes of batches appended to the topic on this node", label),
                exposition.counter(DELIVERED_RECORDS, "Records of the topic given to clients by this node", label),
                exposition.counter(DELIVERED_BYTES, "Bytes in which records were given to clients", label));
        exposition.gauge(SEGMENTS, "Segment files of the topic on this node", () -> series.size.segments, label);
        exposition.gauge(SIZE_BYTES, "Bytes in the topic's segments on this node", () -> series.size.bytes, label);
        return series;
    }

    private static Tag label(String topic) {
        return new Tag("topic", topic);
    }

    /** What a topic occupies. */
    record Size(long segments, long bytes) {
        static final Size NONE = new Size(0, 0);

        Size plus(Size more) {
            return new Size(segments + more.segments, bytes + more.bytes);
        }
    }

    /** One topic's adders, or those of all that have none of their own. */
    static final class TopicSeries {
        final Tally appendedRecords;
        final Tally appendedBytes;
        final Tally deliveredRecords;
        final Tally deliveredBytes;

        /** Replaced as a whole by the refresh, read by whoever scrapes. */
        private volatile Size size = Size.NONE;

        private TopicSeries(Tally appendedRecords, Tally appendedBytes, Tally deliveredRecords, Tally deliveredBytes) {
            this.appendedRecords = appendedRecords;
            this.appendedBytes = appendedBytes;
            this.deliveredRecords = deliveredRecords;
            this.deliveredBytes = deliveredBytes;
        }
    }
}
