package io.barnabas.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class PayloadTest {
    @Property(tries = 200)
    void carriesItsNumbersAndIsIntact(
            @ForAll @IntRange(max = Payload.MAX_PRODUCERS - 1) int producer,
            @ForAll @IntRange(max = Integer.MAX_VALUE - 1) int sequence,
            @ForAll long intendedNanos,
            @ForAll @IntRange(min = Payload.MIN_BYTES, max = 300) int size) {
        // given
        Payload payload = new Payload(size);
        byte[] value = new byte[size + 2];
        byte[] shifted = new byte[size + 2];
        // when
        payload.write(value, producer, sequence, intendedNanos);
        System.arraycopy(value, 0, shifted, 2, size);
        // then
        assertThat(payload.intact(shifted, 2, size)).isTrue();
        assertThat(Payload.producer(shifted, 2)).isEqualTo(producer);
        assertThat(Payload.sequence(shifted, 2)).isEqualTo(sequence);
        assertThat(Payload.intendedNanos(shifted, 2)).isEqualTo(intendedNanos);
    }

    @Property(tries = 200)
    void isNotIntactWhenAByteOfTheFillerDiffers(@ForAll @IntRange(min = 22, max = 99) int at) {
        // given
        Payload payload = new Payload(100);
        byte[] value = new byte[100];
        payload.write(value, 3, 17, 12_345);
        // when
        value[at] ^= 1;
        // then
        assertThat(payload.intact(value, 0, 100)).isFalse();
    }

    @Test
    void isNotIntactWhenItIsShorter() {
        // given
        Payload payload = new Payload(100);
        byte[] value = new byte[100];
        payload.write(value, 3, 17, 12_345);
        // when / then
        assertThat(payload.intact(value, 0, 99)).isFalse();
        assertThat(new Payload(99).intact(value, 0, 99)).isFalse();
    }

    @Test
    void refusesRecordsThatCannotHoldItsNumbers() {
        assertThatThrownBy(() -> new Payload(22)).hasMessageContaining("at least 23 bytes, got 22");
    }
}
