package io.barnabas.broker;

/** What an idempotent producer is known by; with a newer epoch the older ones of the same id are fenced off. */
public record ProducerIdentity(long producerId, short producerEpoch) {}
