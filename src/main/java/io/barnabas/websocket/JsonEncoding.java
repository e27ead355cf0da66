package io.barnabas.websocket;

import static java.util.Objects.requireNonNull;

import io.barnabas.broker.format.Json;
import io.barnabas.broker.format.RecordFormat;
import io.barnabas.broker.format.RecordWriter;
import io.barnabas.broker.subscription.Outlet;
import io.barnabas.broker.subscription.Portion;
import io.barnabas.record.TopicPartition;
import java.util.function.Consumer;

/** Records as JSON in text frames. */
final class JsonEncoding implements Encoding {
    private final RecordFormat format;
    private final RecordWriter writer;
    private final int maxFrameBytes;

    JsonEncoding(Json json, RecordFormat format, int maxFrameBytes) {
        this.format = requireNonNull(format, "format");
        this.writer = new RecordWriter(format, requireNonNull(json, "json"));
        this.maxFrameBytes = maxFrameBytes;
    }

    private record Form(RecordFormat format, long from) {}

    @Override
    public Outlet.Feed feed(TopicPartition partition, Portion portion, long from, Consumer<Message> frames) {
        return new JsonFeed(partition, portion, from, writer, maxFrameBytes, frames);
    }

    @Override
    public Object form(long from) {
        return new Form(format, from);
    }

    /** A record's JSON is about as much longer than the record as offset, timestamp and names take. */
    @Override
    public boolean fitsOneFrame(int batchesBytes) {
        return batchesBytes < maxFrameBytes / 2;
    }
}
