package io.barnabas;

import java.util.List;

/** A setting that is unknown or has a value that cannot be. The message is for the operator and names each of them. */
public final class SettingsException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    SettingsException(String message) {
        super(message);
    }

    SettingsException(List<String> problems) {
        this(String.join("; ", problems));
    }
}
