package io.barnabas.websocket;

import java.util.Arrays;
import java.util.Collection;
import java.util.List;

/** The sub-protocols of {@code /ws}. */
final class Protocols {
    /** Text frames; spoken too with a client that asks for none. */
    static final String JSON_V1 = "barnabas.json.v1";

    /** The same, but for record batches, which travel in binary frames. */
    static final String BINARY_V1 = "barnabas.binary.v1";

    /** In the order of our preference. */
    static final List<String> SUPPORTED = List.of(JSON_V1, BINARY_V1);

    private Protocols() {}

    /**
     * Whether one of those that a client asks for is ours; it may ask for none.
     *
     * @param headers values of {@code Sec-WebSocket-Protocol}, each a list with commas
     */
    static boolean acceptable(Collection<String> headers) {
        List<String> asked = headers.stream()
                .flatMap(header -> Arrays.stream(header.split(",", -1)))
                .map(String::strip)
                .filter(name -> !name.isEmpty())
                .toList();
        return asked.isEmpty() || asked.stream().anyMatch(SUPPORTED::contains);
    }
}
