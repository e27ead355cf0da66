package io.barnabas.group;

/** Which members have lost the node that they lived at. Thread-safe, quick, never blocks. */
@FunctionalInterface
public interface Homes {
    /** Nobody knows of any node that went. */
    Homes LASTING = (group, memberId, home) -> false;

    /** Whether the member cannot come back from there. */
    boolean gone(String group, String memberId, Home home);

    /** A member that left because its home is gone. */
    record Homeless(String group, String memberId, Home home) {}
}
