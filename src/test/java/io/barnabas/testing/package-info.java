/** Doubles and builders that the tests of several rooms share. Written by hand; no test lives here. */
package io.barnabas.testing;
