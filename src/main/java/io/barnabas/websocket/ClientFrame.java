package io.barnabas.websocket;

import io.barnabas.broker.ProduceRequest;
import io.barnabas.broker.ProducerIdentity;
import io.barnabas.broker.StartPosition;
import io.barnabas.broker.format.RecordFormat;
import io.barnabas.broker.subscription.SubscribeRequest;
import io.barnabas.group.GroupCoordinator.CommittedOffset;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** What a client can ask for. */
sealed interface ClientFrame {
    FrameId id();

    /**
     * Records to store, in batches already.
     *
     * @param answered false for acks none
     */
    record Produce(FrameId id, ProduceRequest request, boolean answered) implements ClientFrame {}

    /**
     * Asks for a producer id.
     *
     * @param asked asks when it is called
     */
    record Producer(FrameId id, Supplier<CompletionStage<ProducerIdentity>> asked) implements ClientFrame {}

    record Subscribe(FrameId id, SubscribeRequest request, RecordFormat format) implements ClientFrame {}

    record Credit(FrameId id, long records) implements ClientFrame {}

    record Commit(FrameId id, Map<Integer, CommittedOffset> offsets, OptionalInt generation) implements ClientFrame {}

    record Seek(FrameId id, int partition, StartPosition start) implements ClientFrame {}

    record Released(FrameId id, Set<Integer> partitions) implements ClientFrame {}

    record Unsubscribe(FrameId id) implements ClientFrame {}
}
