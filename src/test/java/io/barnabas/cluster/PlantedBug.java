package io.barnabas.cluster;

/** Mistakes that the simulation must find. */
enum PlantedBug {
    /** The log takes a write from whoever sends it, under whatever epoch. */
    NO_EPOCH_CHECK_ON_WRITE,
    /** Opening a log under a new epoch leaves the old writer its own. */
    NO_FENCE_AT_OPEN,
    /** A claim does not check that the assignment still is as the claimer read it. */
    CLAIM_WITHOUT_ASSIGNMENT_CHECK,
    /** A node goes on under claims of a session that has ended. */
    CLAIM_OF_EARLIER_SESSION,
    /** A commit from an old generation is taken. */
    COMMIT_FROM_OLD_GENERATION,
    /** The controller's writes do not carry its epoch. */
    CONTROLLER_NOT_FENCED,
    /** A node says that it stores, when another one cannot, without having tried. */
    PROOF_WITHOUT_TRYING
}
