package io.barnabas.load;

import java.io.IOException;

/** How parcels of one producer travel to Barnabas. Confined to the lane's thread. */
interface Uplink {
    /** Whether a parcel for this partition can go now without getting ahead of the in-flight bound. */
    boolean hasRoom(int partition);

    /** Sends a parcel and, when the answer comes in a later turn, settles it. */
    void transmit(Parcel parcel) throws IOException;
}
