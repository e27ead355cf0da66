package io.barnabas.broker.peer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.function.Supplier;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * What a node shows another to prove that it belongs to the cluster: a code over the two nodes' ids, made with the
 * cluster's secret, which itself never goes over a wire.
 *
 * <pre>
 *   hex(HMAC-SHA256(secret, "barnabas-peer-1 {cluster id} {from} {to}"))
 * </pre>
 *
 * <p>It opens the internal endpoints of node {@code to} and nothing else: no other node takes it, no client endpoint
 * looks at it. Whoever reads the traffic between two nodes could show it again to that same node; where that is
 * possible, nodes talk over https ({@code barnabas.node.url}). Thread-safe.
 */
public final class PeerCredential {
    private static final String ALGORITHM = "HmacSHA256";
    private static final String PURPOSE = "barnabas-peer-1";

    private final Supplier<byte[]> secret;
    private final Supplier<String> clusterId;

    /** Made from the cluster's secret, which is asked for with each call. */
    public PeerCredential(Supplier<byte[]> secret, Supplier<String> clusterId) {
        this.secret = requireNonNull(secret, "secret");
        this.clusterId = requireNonNull(clusterId, "clusterId");
    }

    /** What node {@code from} shows node {@code to}. */
    String of(int from, int to) {
        return HexFormat.of().formatHex(code(from, to));
    }

    /** Whether this is what {@code from} shows {@code to}; takes as long whatever is wrong with it. */
    boolean fits(String shown, int from, int to) {
        return shown != null
                && MessageDigest.isEqual(shown.getBytes(UTF_8), of(from, to).getBytes(UTF_8));
    }

    private byte[] code(int from, int to) {
        String text = PURPOSE + " " + clusterId.get() + " " + from + " " + to;
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(secret.get(), ALGORITHM));
            return mac.doFinal(text.getBytes(UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has " + ALGORITHM, e);
        }
    }
}
