package io.barnabas.broker.format;

import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import java.util.Locale;
import java.util.Optional;

/** How keys and values appear in JSON. The media types are those of the REST v2 family. */
public enum RecordFormat {
    /** Any JSON, stored as its compact UTF-8 text. */
    JSON("application/vnd.kafka.json.v2+json"),
    /** A string, stored as UTF-8. */
    TEXT("application/vnd.kafka.text.v2+json"),
    /** A base64 string, stored as the bytes it stands for. */
    BINARY("application/vnd.kafka.binary.v2+json");

    private static final String PLAIN_JSON = "application/json";

    private final String mediaType;

    RecordFormat(String mediaType) {
        this.mediaType = mediaType;
    }

    public String mediaType() {
        return mediaType;
    }

    /** {@code json}, {@code text}, {@code binary}: the name in consumer requests and frames. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The format of a media type, whose parameters are not looked at; {@code application/json} is JSON. */
    public static Optional<RecordFormat> ofMediaType(String mediaType) {
        int parameters = mediaType.indexOf(';');
        String bare = (parameters < 0 ? mediaType : mediaType.substring(0, parameters))
                .strip()
                .toLowerCase(Locale.ROOT);
        if (bare.equals(PLAIN_JSON)) {
            return Optional.of(JSON);
        }
        for (RecordFormat format : values()) {
            if (format.mediaType.equals(bare)) {
                return Optional.of(format);
            }
        }
        return Optional.empty();
    }

    /**
     * The format with this {@link #label}; null is JSON.
     *
     * @throws BarnabasException {@code INVALID_FIELD} for any other text
     */
    public static RecordFormat parse(String label) {
        if (label == null) {
            return JSON;
        }
        for (RecordFormat format : values()) {
            if (format.label().equals(label)) {
                return format;
            }
        }
        throw new BarnabasException(
                ErrorCode.INVALID_FIELD, "format must be 'json', 'text' or 'binary', got '" + label + "'");
    }
}
