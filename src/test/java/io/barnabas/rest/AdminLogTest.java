package io.barnabas.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import io.barnabas.record.TraceParent;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AdminLogTest {
    private static final String REST = " caller=10.0.0.1 forwardedFor=- trace=4bf92f3577b34da6a3ce929d0e0e4736";

    private final Caller caller =
            new Caller("10.0.0.1", "-", TraceParent.parse("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"));
    private final List<String> lines = new ArrayList<>();
    private final Logger logger = Logger.getLogger(AdminLog.class.getName());
    private final Level before = logger.getLevel();
    private final Handler handler = new Handler() {
        @Override
        public void publish(LogRecord record) {
            lines.add(record.getMessage());
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
    void tellsOfAnActWhenItIsOver() {
        // given
        CompletableFuture<String> act = new CompletableFuture<>();
        AdminLog.told("create-topic", "orders", caller, () -> act);
        assertThat(lines).isEmpty();
        // when
        act.complete("made");
        // then
        assertThat(lines).containsExactly("administrative act act=create-topic on=orders outcome=done" + REST);
    }

    @Test
    void tellsOfAnActThatWasRefusedAtOnce() {
        // when
        assertThatThrownBy(() -> AdminLog.told("delete-topic", "a b", caller, () -> {
                    throw new BarnabasException(ErrorCode.UNKNOWN_TOPIC, "there is no topic 'a b'");
                }))
                .isInstanceOf(BarnabasException.class);
        // then
        assertThat(lines).containsExactly("administrative act act=delete-topic on=a_b outcome=UNKNOWN_TOPIC" + REST);
    }
}
