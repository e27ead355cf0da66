package io.barnabas.rest;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.barnabas.broker.RecordOutcome;
import java.util.List;

/** What became of each record of a produce request, in its order. */
record OutcomesView(@JsonProperty("offsets") List<OutcomeView> offsets) {

    static OutcomesView of(List<RecordOutcome> outcomes) {
        return new OutcomesView(outcomes.stream().map(OutcomeView::of).toList());
    }

    List<OutcomeView> refused() {
        return offsets.stream().filter(outcome -> outcome.errorCode() != null).toList();
    }

    /**
     * A stored record's place, or what was wrong; a partition that was not chosen is left out, {@code duplicate} is there
     * when it is true.
     */
    record OutcomeView(
            @JsonProperty("partition") Integer partition,
            @JsonProperty("offset") Long offset,
            @JsonProperty("duplicate") Boolean duplicate,
            @JsonProperty("error_code") Integer errorCode,
            @JsonProperty("message") String message) {

        static OutcomeView of(RecordOutcome outcome) {
            if (outcome instanceof RecordOutcome.Stored stored) {
                return new OutcomeView(
                        stored.partition(), stored.offset(), stored.duplicate() ? true : null, null, null);
            }
            RecordOutcome.Refused refused = (RecordOutcome.Refused) outcome;
            return new OutcomeView(
                    refused.partition() < 0 ? null : refused.partition(),
                    null,
                    null,
                    refused.code().number(),
                    refused.message());
        }
    }
}
