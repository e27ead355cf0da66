/**
 * Where everything is put together: reads the settings, builds the node in one readable list, starts and stops it in
 * one written order, and tells MicroProfile Health about it.
 *
 * <p>May depend on every other package; none depends on it. The only package besides {@code rest} that knows
 * MicroProfile.
 */
package io.barnabas;
