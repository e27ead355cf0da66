package io.barnabas.broker.peer;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * How a call looks on the wire.
 *
 * <pre>
 *   POST {url of the node}/internal/{operation}
 *   Barnabas-From: 1                     the node that asks
 *   Barnabas-To: 2                       the node that is meant
 *   Barnabas-Credential: {hex}           see {@link PeerCredential}
 *   Content-Type: application/octet-stream
 *
 *   200, application/octet-stream        the answer
 *   else, Barnabas-Error: {code}         what the other node refused or failed with; the body is the message, UTF-8
 *   else                                 not from a node
 * </pre>
 */
public final class PeerWire {
    /** What comes after the node's URL, with the operation behind it. */
    public static final String PATH = "internal/";

    public static final String FROM = "Barnabas-From";
    public static final String TO = "Barnabas-To";
    public static final String CREDENTIAL = "Barnabas-Credential";
    public static final String ERROR = "Barnabas-Error";
    public static final String CONTENT_TYPE = "application/octet-stream";

    private PeerWire() {}

    /** The message of a failure as it goes over the wire; its code goes in {@link #ERROR} by name. */
    public static ByteBuffer message(BarnabasException failure) {
        String message = failure.getMessage() == null ? "" : failure.getMessage();
        return ByteBuffer.wrap(message.getBytes(UTF_8));
    }

    /** The failure that another node told; a code that only a newer node knows is an internal error of that node. */
    static BarnabasException failure(String code, ByteBuffer message) {
        String text = UTF_8.decode(message.duplicate()).toString();
        for (ErrorCode known : ErrorCode.values()) {
            if (known.name().equals(code)) {
                return new BarnabasException(known, text);
            }
        }
        return new BarnabasException(ErrorCode.INTERNAL_ERROR, code + ": " + text);
    }

    /**
     * The failure behind an answer that is not a node's: the application is not there (yet), or something in between
     * answered.
     */
    static BarnabasException strange(int nodeId, PeerOperation operation, int status) {
        boolean reachedNobody = status == 401 || status == 403 || status == 404 || status == 405 || status == 503;
        return new BarnabasException(
                reachedNobody ? ErrorCode.PEER_UNREACHABLE : ErrorCode.OUTCOME_UNKNOWN,
                "node " + nodeId + " answered '" + operation.wireName() + "' with " + status);
    }

    /** A node id in a header, if it is one. */
    static Optional<Integer> nodeId(String header) {
        try {
            return header == null ? Optional.empty() : Optional.of(Integer.parseUnsignedInt(header));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }
}
