/** What people write in files: catalog offers, policies, aliases and orgs as YAML documents. */
@NullMarked
package dev.turnpike.document;

import org.jspecify.annotations.NullMarked;
