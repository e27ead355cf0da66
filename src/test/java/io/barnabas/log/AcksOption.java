package io.barnabas.log;

import io.barnabas.record.Acks;
import java.util.Locale;
import picocli.CommandLine.ITypeConverter;

/** {@code all} or {@code leader} on a command line. */
final class AcksOption implements ITypeConverter<Acks> {
    @Override
    public Acks convert(String value) {
        return Acks.valueOf(value.toUpperCase(Locale.ROOT));
    }
}
