<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en">
<context>
    <name>CompareGraphs</name>
    <message numerus="yes">
        <source>%n difference(s)</source>
        <translation>
            <numerusform>%n difference</numerusform>
            <numerusform>%n differences</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ComparePanel</name>
    <message numerus="yes">
        <source>%n sample(s)</source>
        <translation>
            <numerusform>%n sample</numerusform>
            <numerusform>%n samples</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>DeviceCard</name>
    <message numerus="yes">
        <source>%n core(s)</source>
        <translation>
            <numerusform>%n core</numerusform>
            <numerusform>%n cores</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>DeviceChoice</name>
    <message numerus="yes">
        <source>%n device(s)</source>
        <translation>
            <numerusform>%n device</numerusform>
            <numerusform>%n devices</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ErrorCard</name>
    <message numerus="yes">
        <source>%n more</source>
        <translation>
            <numerusform>%n more</numerusform>
            <numerusform>%n more</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>FindBar</name>
    <message numerus="yes">
        <source>%n operator(s)</source>
        <translation>
            <numerusform>%n operator</numerusform>
            <numerusform>%n operators</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>GraphView</name>
    <message numerus="yes">
        <source>%n operator(s)</source>
        <translation>
            <numerusform>%n operator</numerusform>
            <numerusform>%n operators</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>HistoryPanel</name>
    <message numerus="yes">
        <source>%n measurement(s) written to {path}</source>
        <translation>
            <numerusform>%n measurement written to {path}</numerusform>
            <numerusform>%n measurements written to {path}</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>JobStatus</name>
    <message numerus="yes">
        <source>%n waiting</source>
        <translation>
            <numerusform>%n waiting</numerusform>
            <numerusform>%n waiting</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>MetricButton</name>
    <message numerus="yes">
        <source>At most %n minute(s) for a model</source>
        <translation>
            <numerusform>At most %n minute for a model</numerusform>
            <numerusform>At most %n minutes for a model</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>OperatorDetails</name>
    <message numerus="yes">
        <source>%n operators are selected; edits are for all of them.</source>
        <translation>
            <numerusform>%n operator is selected; edits are for it.</numerusform>
            <numerusform>%n operators are selected; edits are for all of them.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Overlays</name>
    <message numerus="yes">
        <source>%n operator(s) have a number in the overlay</source>
        <translation>
            <numerusform>%n operator has a number in the overlay</numerusform>
            <numerusform>%n operators have a number in the overlay</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>RoomBox</name>
    <message numerus="yes">
        <source>%n measurement(s), {size} of at most</source>
        <translation>
            <numerusform>%n measurement, {size} of at most</numerusform>
            <numerusform>%n measurements, {size} of at most</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>SampleCount</name>
    <message numerus="yes">
        <source>of %n sample(s) in the file</source>
        <translation>
            <numerusform>of %n sample in the file</numerusform>
            <numerusform>of %n samples in the file</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Sampler</name>
    <message numerus="yes">
        <source>%n sample(s) of {name}</source>
        <translation>
            <numerusform>%n sample of {name}</numerusform>
            <numerusform>%n samples of {name}</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>SamplesBox</name>
    <message numerus="yes">
        <source>A saved calibration on %n sample(s)</source>
        <translation>
            <numerusform>A saved calibration on %n sample</numerusform>
            <numerusform>A saved calibration on %n samples</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ScalesPlot</name>
    <message numerus="yes">
        <source>%n scale(s)</source>
        <translation>
            <numerusform>%n scale</numerusform>
            <numerusform>%n scales</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>SourceDesk</name>
    <message numerus="yes">
        <source>On the same inputs %n output(s) differ by more than rounding explains.</source>
        <translation>
            <numerusform>On the same inputs one output differs by more than rounding explains.</numerusform>
            <numerusform>On the same inputs %n outputs differ by more than rounding explains.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>StatusLine</name>
    <message numerus="yes">
        <source>%n problem(s)</source>
        <translation>
            <numerusform>%n problem</numerusform>
            <numerusform>%n problems</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>SummaryStrip</name>
    <message numerus="yes">
        <source>fall(s) back to float</source>
        <translation>
            <numerusform>falls back to float</numerusform>
            <numerusform>fall back to float</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>delegate partition(s)</source>
        <translation>
            <numerusform>delegate partition</numerusform>
            <numerusform>delegate partitions</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>TensorList</name>
    <message numerus="yes">
        <source>and %n more</source>
        <translation>
            <numerusform>and %n more</numerusform>
            <numerusform>and %n more</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ValuesStrip</name>
    <message numerus="yes">
        <source>%n value(s)</source>
        <translation>
            <numerusform>%n value</numerusform>
            <numerusform>%n values</numerusform>
        </translation>
    </message>
</context>
</TS>
