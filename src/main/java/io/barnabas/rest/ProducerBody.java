package io.barnabas.rest;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.barnabas.broker.ProducerIdentity;
import io.barnabas.record.ProducerSequence;
import java.util.Optional;

/** The body of {@code POST /producers}: nothing for a new producer, or the id and epoch of one that starts again. */
record ProducerBody(
        @JsonProperty("producer_id") Long producerId,
        @JsonProperty("producer_epoch") Integer producerEpoch) {

    /** The producer that is to get its next epoch. */
    Optional<ProducerIdentity> known() {
        if (producerId == null && producerEpoch == null) {
            return Optional.empty();
        }
        if (producerId == null || producerEpoch == null) {
            throw ControlJson.invalid("'producer_id' and 'producer_epoch' belong together: give both or none");
        }
        requireRange("producer_id", producerId, ProducerSequence.MAX_PRODUCER_ID);
        requireRange("producer_epoch", producerEpoch, Short.MAX_VALUE);
        return Optional.of(new ProducerIdentity(producerId, producerEpoch.shortValue()));
    }

    private static void requireRange(String name, long value, long most) {
        if (value < 0 || value > most) {
            throw ControlJson.invalid("field '" + name + "' must be from 0 to " + most + ", got " + value);
        }
    }
}
