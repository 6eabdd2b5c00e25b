<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en" sourcelanguage="en">
<context>
    <name>Builds</name>
    <message numerus="yes">
        <source>%n epoch(s)</source>
        <translation>
            <numerusform>%n epoch</numerusform>
            <numerusform>%n epochs</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Tables</name>
    <message numerus="yes">
        <source>%n layer(s)</source>
        <translation>
            <numerusform>%n layer</numerusform>
            <numerusform>%n layers</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>hone::studio::DataPage</name>
    <message numerus="yes">
        <source>%n of the pictures looked at can&apos;t be read: %1.</source>
        <translation>
            <numerusform>%n of the pictures looked at can&apos;t be read: %1.</numerusform>
            <numerusform>%n of the pictures looked at can&apos;t be read: %1.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>hone::studio::JobsBar</name>
    <message numerus="yes">
        <source>%n queued</source>
        <translation>
            <numerusform>%n queued</numerusform>
            <numerusform>%n queued</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>hone::studio::SlimPage</name>
</context>
<context>
    <name>hone::studio::GroupInspector</name>
    <message numerus="yes">
        <source>and %n more</source>
        <translation>
            <numerusform>and %n more</numerusform>
            <numerusform>and %n more</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Check</name>
    <message numerus="yes">
        <source>%n group(s) of channels can be made smaller.</source>
        <translation>
            <numerusform>%n group of channels can be made smaller.</numerusform>
            <numerusform>%n groups of channels can be made smaller.</numerusform>
        </translation>
    </message>
</context>
</TS>
