package io.barnabas.websocket;

import com.fasterxml.jackson.databind.JsonNode;
import io.barnabas.broker.ClientEvents;
import io.barnabas.broker.format.Json;
import io.barnabas.broker.format.JsonLimits;
import io.barnabas.broker.format.RecordsLimits;
import io.barnabas.broker.subscription.SubscriptionSettings;
import io.barnabas.broker.subscription.Subscriptions;
import io.barnabas.log.LogId;
import io.barnabas.record.Acks;
import io.barnabas.record.ErrorCode;
import io.barnabas.record.TopicPartition;
import io.barnabas.testing.Batches;
import io.barnabas.testing.BrokerFixture;
import io.barnabas.testing.InMemoryPartitionLog;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/** Sockets on a whole broker in memory; everything runs on the calling thread. */
final class SocketFixture implements AutoCloseable {
    static final String TOPIC = "orders";

    final BrokerFixture broker = new BrokerFixture();
    final WebSocketSettings settings;

    /** What the sockets tell for metrics. */
    final Told events = new Told();

    private final Subscriptions subscriptions;
    private final List<ClientSocket> sockets = new ArrayList<>();

    SocketFixture(int partitionCount) {
        this(partitionCount, WebSocketSettings.DEFAULTS);
    }

    SocketFixture(int partitionCount, WebSocketSettings settings) {
        this.settings = settings;
        broker.cluster.ensure(TOPIC, partitionCount, Map.of());
        subscriptions = new Subscriptions(
                broker.topics,
                broker.fetching,
                broker.positioning,
                broker.coordinator,
                SubscriptionSettings.DEFAULTS,
                broker.scheduler,
                broker.clock::nanoTime);
    }

    Client connect() {
        return connect(false);
    }

    /** @param binary the client asked for whole batches in binary frames */
    Client connect(boolean binary) {
        RecordedConnection connection = new RecordedConnection(binary);
        Json json = new Json(JsonLimits.DEFAULT);
        ClientSocket socket = new ClientSocket(
                connection,
                settings,
                new FrameReader(json, broker.producing, RecordsLimits.DEFAULT, settings.defaultCredit()),
                broker.producing,
                json,
                subscriptions,
                Runnable::run,
                new AtomicLong(),
                broker.clock::nanoTime,
                events);
        sockets.add(socket);
        return new Client(socket, connection);
    }

    /** One batch with these values. */
    void append(int partition, String... values) {
        log(partition).append(Batches.of(values), Acks.ALL);
    }

    InMemoryPartitionLog log(int partition) {
        TopicPartition key = new TopicPartition(TOPIC, partition);
        return broker.engine.log(new LogId(broker.cluster.view().topic(TOPIC).id(), key));
    }

    /** Lets time pass, a second at a time, with a sweep after each. */
    void pass(int seconds) {
        for (int i = 0; i < seconds; i++) {
            broker.clock.advance(Duration.ofSeconds(1));
            sockets.forEach(socket -> socket.sweep(broker.clock.nanoTime()));
        }
    }

    @Override
    public void close() {
        broker.close();
    }

    /** Adds up what is told. */
    static final class Told implements ClientEvents {
        int starving;
        int acksWaiting;
        long deliveredRecords;
        long deliveredBytes;
        final List<ErrorCode> rejected = new ArrayList<>();

        @Override
        public void produceBegan(Protocol protocol) {
            acksWaiting++;
        }

        @Override
        public void produceEnded(Protocol protocol, long nanos) {
            acksWaiting--;
        }

        @Override
        public void delivered(Protocol protocol, String topic, long records, long bytes) {
            deliveredRecords += records;
            deliveredBytes += bytes;
        }

        @Override
        public void rejected(FrontEnd frontEnd, ErrorCode code) {
            rejected.add(code);
        }

        @Override
        public void starvationBegan() {
            starving++;
        }

        @Override
        public void starvationEnded() {
            starving--;
        }
    }

    /** One client: its socket in the server and what it was sent. */
    record Client(ClientSocket socket, RecordedConnection connection) {
        /** A frame in JSON with single quotes. */
        Client send(String frame) {
            socket.text(frame.replace('\'', '"'));
            return this;
        }

        /** A binary frame. */
        Client send(ByteBuffer frame) {
            socket.binary(frame);
            return this;
        }

        JsonNode last() {
            return connection.last();
        }

        /** Answers every ping. */
        void pong() {
            while (!connection.pings.isEmpty()) {
                ByteBuffer ping = connection.pings.remove();
                socket.pong(ping);
            }
        }
    }
}
