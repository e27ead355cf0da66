/** What is installed and how it is run: the image, the manifests, a node's life from its start to its end. */
package io.barnabas.operations;
