package io.barnabas.websocket;

import static java.util.Objects.requireNonNull;

import io.barnabas.broker.format.Json;
import io.barnabas.broker.format.RecordFormat;
import io.barnabas.broker.format.RecordWriter;
import io.barnabas.broker.subscription.Outlet;
import io.barnabas.log.PartitionLog.ReadResult;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.TopicPartition;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedMap;
import java.util.concurrent.CompletionStage;

/** Sends a subscription's output as JSON frames. Confined to the socket's turns. */
final class JsonOutlet implements Outlet {
    private final Outbound outbound;
    private final ServerFrames frames;
    private final Json json;
    private final RecordWriter writer;
    private final int maxFrameBytes;
    private final Runnable onEnded;

    /** @param onEnded called when the subscription is over although nobody asked for it */
    JsonOutlet(
            Outbound outbound,
            ServerFrames frames,
            Json json,
            RecordFormat format,
            int maxFrameBytes,
            Runnable onEnded) {
        this.outbound = requireNonNull(outbound, "outbound");
        this.frames = requireNonNull(frames, "frames");
        this.json = requireNonNull(json, "json");
        this.writer = new RecordWriter(format, json);
        this.maxFrameBytes = maxFrameBytes;
        this.onEnded = requireNonNull(onEnded, "onEnded");
    }

    @Override
    public boolean writable() {
        return outbound.room();
    }

    @Override
    public Feed feed(TopicPartition partition, ReadResult read, long from) {
        return new JsonFeed(partition, read, from, json, writer, maxFrameBytes, outbound::send);
    }

    @Override
    public void assigned(int generation, SortedMap<TopicPartition, OptionalLong> offsets, Optional<String> waiting) {
        outbound.send(frames.assigned(generation, offsets, waiting));
    }

    @Override
    public void revoked(int generation, Set<TopicPartition> partitions) {
        outbound.send(frames.revoked(generation, partitions));
    }

    @Override
    public void failed(TopicPartition partition, BarnabasException failure) {
        outbound.send(frames.error(new FrameId.None(), OptionalInt.of(partition.partition()), failure));
    }

    @Override
    public void ended(BarnabasException reason) {
        outbound.send(frames.ended(reason));
        onEnded.run();
    }

    @Override
    public CompletionStage<Void> received() {
        return outbound.received();
    }
}
