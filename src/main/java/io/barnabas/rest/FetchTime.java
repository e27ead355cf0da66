package io.barnabas.rest;

import io.barnabas.broker.ClientEvents;
import io.barnabas.broker.ClientEvents.Protocol;
import io.barnabas.broker.ClientEvents.Wait;

/** When a request for records came, to be told once records are on their way. */
record FetchTime(Protocol protocol, Wait waiting, long beganNanos) {
    static FetchTime start(Protocol protocol, int waitMs) {
        return new FetchTime(protocol, waitMs > 0 ? Wait.POLL : Wait.NONE, System.nanoTime());
    }

    void over(ClientEvents events) {
        events.fetched(protocol, waiting, System.nanoTime() - beganNanos);
    }
}
