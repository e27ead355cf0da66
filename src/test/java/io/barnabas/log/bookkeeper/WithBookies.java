package io.barnabas.log.bookkeeper;

import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.support.TypeBasedParameterResolver;

/** Gives test classes the one set of {@link Bookies}, which is started for the first and stopped after the last. */
public final class WithBookies extends TypeBasedParameterResolver<Bookies> {
    @Override
    public Bookies resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return context.getRoot()
                .getStore(ExtensionContext.Namespace.create(Bookies.class))
                .getOrComputeIfAbsent(Bookies.class, absent -> new Bookies(), Bookies.class);
    }
}
