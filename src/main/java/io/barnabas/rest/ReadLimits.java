package io.barnabas.rest;

import io.barnabas.broker.BrokerSettings;
import io.barnabas.log.PartitionLog.ReadResult;
import jakarta.ws.rs.core.Response;

/** What a read may ask for, and what every answer to one tells besides its records. */
final class ReadLimits {
    /** Where to read on. */
    static final String NEXT_OFFSET = "Barnabas-Next-Offset";

    /** First offset there is, at the time of the read. */
    static final String BEGINNING_OFFSET = "Barnabas-Beginning-Offset";

    /** Exclusive end of what can be read, at the time of the read. */
    static final String END_OFFSET = "Barnabas-End-Offset";

    private ReadLimits() {}

    /** 0 when not given: a read without state answers at once. Cut to the broker's longest wait. */
    static int waitMs(String timeout, BrokerSettings settings) {
        return Math.min(Parameters.integer("timeout", timeout, 0, Integer.MAX_VALUE, 0), settings.maxFetchWaitMs());
    }

    /** Cut to the largest answer. */
    static int bytes(String maxBytes, RestSettings settings) {
        int asked = Parameters.integer("max_bytes", maxBytes, 1, Integer.MAX_VALUE, settings.defaultMaxBytes());
        return Math.min(asked, settings.maxResponseBytes());
    }

    static Response.ResponseBuilder withOffsets(Response.ResponseBuilder answer, ReadResult read, long nextOffset) {
        return answer.header(NEXT_OFFSET, nextOffset)
                .header(BEGINNING_OFFSET, read.logStartOffset())
                .header(END_OFFSET, read.highWatermark());
    }
}
