package dev.turnpike.schemas;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(packages = "dev.turnpike.schemas", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    @ArchTest
    static final ArchRule CONTRACT_KNOWS_NO_STREAMS = noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.apache.kafka.streams..", "org.apache.kafka.connect..");

    @ArchTest
    static final ArchRule CONTRACT_KNOWS_NO_APPLICATION = classes()
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                    "dev.turnpike.schemas..",
                    "java..",
                    "org.jspecify.annotations..",
                    "org.apache.avro..",
                    "org.apache.kafka.clients..",
                    "org.apache.kafka.common..",
                    "com.fasterxml.jackson..");

    // money, windows and prices are what the pure packages of every module stand on
    @ArchTest
    static final ArchRule WORDS_OF_THE_CONTRACT_DO_NO_INPUT_OR_OUTPUT = noClasses()
            .that()
            .resideInAPackage("dev.turnpike.schemas")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("dev.turnpike.schemas.registry..", "dev.turnpike.schemas.serde..", "java.net.http..");

    @ArchTest
    static final ArchRule REGISTRY_KNOWS_NO_SERDES = noClasses()
            .that()
            .resideInAPackage("dev.turnpike.schemas.registry")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("dev.turnpike.schemas.serde");
}
