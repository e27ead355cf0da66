package io.barnabas;

import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.broker.ClientEvents;
import io.barnabas.broker.ClientEvents.FrontEnd;
import io.barnabas.record.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RefusalLogTest {
    private final List<String> lines = new ArrayList<>();
    private final AtomicLong nanos = new AtomicLong(-5);
    private final AtomicLong passedOn = new AtomicLong();
    private final RefusalLog log = new RefusalLog(
            new ClientEvents() {
                @Override
                public void rejected(FrontEnd frontEnd, ErrorCode code) {
                    passedOn.incrementAndGet();
                }
            },
            60_000,
            nanos::get);
    private final Logger logger = Logger.getLogger(RefusalLog.class.getName());
    private final Level before = logger.getLevel();
    private final Handler handler = new Handler() {
        @Override
        public void publish(LogRecord record) {
            lines.add(record.getLevel() + " " + record.getMessage());
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    };

    @BeforeEach
    void listen() {
        logger.setLevel(Level.INFO);
        logger.addHandler(handler);
    }

    @AfterEach
    void leave() {
        logger.removeHandler(handler);
        logger.setLevel(before);
    }

    @Test
    void tellsOfTheFirstAtOnceAndOfAFloodOnlyHowManyThereWere() {
        // given
        log.rejected(FrontEnd.HTTP, ErrorCode.OVERLOADED);
        for (int i = 0; i < 1_000; i++) {
            log.rejected(FrontEnd.HTTP, ErrorCode.OVERLOADED);
        }
        // when
        nanos.addAndGet(60_000_000_000L);
        log.rejected(FrontEnd.HTTP, ErrorCode.OVERLOADED);
        // then
        assertThat(lines)
                .containsExactly(
                        "WARNING requests refused frontEnd=HTTP error=OVERLOADED count=1",
                        "WARNING requests refused frontEnd=HTTP error=OVERLOADED count=1001");
        assertThat(passedOn).hasValue(1_002);
    }

    @Test
    void tellsOfEachKindApartAndOfClientsOwnFaultsMoreQuietly() {
        // when
        log.rejected(FrontEnd.HTTP, ErrorCode.UNKNOWN_TOPIC);
        log.rejected(FrontEnd.WEBSOCKET, ErrorCode.UNKNOWN_TOPIC);
        // then
        assertThat(lines)
                .containsExactly(
                        "INFO requests refused frontEnd=HTTP error=UNKNOWN_TOPIC count=1",
                        "INFO requests refused frontEnd=WEBSOCKET error=UNKNOWN_TOPIC count=1");
    }
}
