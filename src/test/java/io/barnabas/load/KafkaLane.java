package io.barnabas.load;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Kafka's clients of one thread. A producer sends from a thread of its own, so a turn only waits; consumers read during
 * the turn. Confined to one thread, but for answers, which come on the producer's.
 */
final class KafkaLane implements Target.Lane {
    private static final long SLICE_NANOS = 50_000;
    private static final byte[] NO_BYTES = {};
    private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(10);

    private record Reader(KafkaConsumer<byte[], byte[]> consumer, Target.Deliveries deliveries) {}

    private final String topic;
    private final Map<String, Object> producerSettings;
    private final Map<String, Object> consumerSettings;
    private final List<KafkaSender> senders = new ArrayList<>();
    private final List<Reader> readers = new ArrayList<>();

    KafkaLane(String topic, Map<String, Object> producerSettings, Map<String, Object> consumerSettings) {
        this.topic = topic;
        this.producerSettings = producerSettings;
        this.consumerSettings = consumerSettings;
    }

    @Override
    public Target.Sender sender(Target.Acknowledgements acknowledgements) {
        KafkaSender sender = new KafkaSender(
                new KafkaProducer<>(producerSettings, new ByteArraySerializer(), new ByteArraySerializer()),
                topic,
                acknowledgements);
        senders.add(sender);
        return sender;
    }

    @Override
    public void receive(List<Integer> partitions, Target.Deliveries deliveries) {
        KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(consumerSettings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        List<TopicPartition> assigned = partitions.stream()
                .map(partition -> new TopicPartition(topic, partition))
                .toList();
        consumer.assign(assigned);
        consumer.seekToBeginning(assigned);
        readers.add(new Reader(consumer, deliveries));
    }

    @Override
    public void turn(long waitNanos) {
        if (readers.isEmpty()) {
            if (waitNanos > 0) {
                LockSupport.parkNanos(Math.min(waitNanos, SLICE_NANOS));
            }
            return;
        }
        for (Reader reader : readers) {
            poll(reader, Duration.ofNanos(Math.max(0, waitNanos) / readers.size()));
        }
    }

    @Override
    public void close() {
        senders.forEach(sender -> sender.close(CLOSE_PATIENCE));
        readers.forEach(reader -> reader.consumer().close());
    }

    private static void poll(Reader reader, Duration wait) {
        ConsumerRecords<byte[], byte[]> records = reader.consumer().poll(wait);
        if (records.isEmpty()) {
            return;
        }
        reader.deliveries().arrived();
        for (ConsumerRecord<byte[], byte[]> record : records) {
            byte[] key = record.key();
            byte[] value = record.value() == null ? NO_BYTES : record.value();
            reader.deliveries()
                    .record(
                            record.partition(),
                            record.offset(),
                            key,
                            0,
                            key == null ? -1 : key.length,
                            value,
                            0,
                            value.length);
        }
    }

    /** A producer, which bounds and batches by itself. */
    private static final class KafkaSender implements Target.Sender {
        private final KafkaProducer<byte[], byte[]> producer;
        private final String topic;
        private final Target.Acknowledgements acknowledgements;

        /** Counted down on the producer's thread. */
        private final AtomicLong unanswered = new AtomicLong();

        KafkaSender(KafkaProducer<byte[], byte[]> producer, String topic, Target.Acknowledgements acknowledgements) {
            // Asks for what the first record would have to wait for.
            producer.partitionsFor(topic);
            this.producer = producer;
            this.topic = topic;
            this.acknowledgements = acknowledgements;
        }

        /** Always: {@code send} waits by itself when the producer's buffer is full, into which it copies key and value. */
        @Override
        public boolean hasRoom() {
            return true;
        }

        @Override
        public void send(int partition, byte[] key, byte[] value, int sequence, long intendedNanos) {
            unanswered.incrementAndGet();
            // The callback hears of failures too.
            Future<RecordMetadata> unused =
                    producer.send(new ProducerRecord<>(topic, partition, key, value), (metadata, failure) -> {
                        if (failure == null) {
                            long offset = metadata.hasOffset() ? metadata.offset() : Target.Acknowledgements.NO_OFFSET;
                            acknowledgements.stored(sequence, intendedNanos, partition, offset);
                        } else {
                            acknowledgements.refused(sequence, failure.toString());
                        }
                        unanswered.decrementAndGet();
                    });
        }

        @Override
        public void finish() {
            producer.flush();
        }

        @Override
        public long unanswered() {
            return unanswered.get();
        }

        void close(Duration patience) {
            producer.close(patience);
        }
    }
}
