package io.barnabas.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;

/**
 * What nodes of one cluster show each other to prove that they belong to it. Immutable; never prints itself, so that it
 * cannot come into a log by mistake.
 */
public final class ClusterSecret {
    private static final int RANDOM_BYTES = 32;

    private final String text;

    private ClusterSecret(String text) {
        this.text = text;
    }

    /** The one that all nodes were given. */
    public static ClusterSecret of(String text) {
        if (requireNonNull(text, "text").isBlank()) {
            throw new IllegalArgumentException("a cluster secret must not be blank");
        }
        return new ClusterSecret(text);
    }

    /** A new one of 256 random bits, in letters, digits, {@code -} and {@code _}. */
    static ClusterSecret random(SecureRandom randomness) {
        byte[] bytes = new byte[RANDOM_BYTES];
        randomness.nextBytes(bytes);
        return new ClusterSecret(Base64.getUrlEncoder().withoutPadding().encodeToString(bytes));
    }

    /** The secret itself; for headers, never for logs. */
    public String text() {
        return text;
    }

    /** Whether {@code shown} is this secret; takes the same time whatever part of it is right. */
    public boolean matches(String shown) {
        return MessageDigest.isEqual(text.getBytes(UTF_8), shown.getBytes(UTF_8));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ClusterSecret secret && matches(secret.text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    @Override
    public String toString() {
        return "ClusterSecret[hidden]";
    }
}
