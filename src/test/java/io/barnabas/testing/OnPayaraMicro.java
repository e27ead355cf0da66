package io.barnabas.testing;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * An integration test (its name ends in {@code IT}) that talks from outside to the built WAR on Payara Micro. All such
 * classes share one deployment: use names of topics and groups that no other test uses.
 *
 * <p>Constructors, tests and life-cycle methods can take an {@link Http} of the server, or its {@link java.net.URI}.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(DeployedWar.class)
public @interface OnPayaraMicro {}
