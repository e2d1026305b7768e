<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN">
<context>
    <name>Annotator</name>
    <message>
        <source>Export {name}</source>
        <translation>导出 {name}</translation>
    </message>
</context>
<context>
    <name>Answer</name>
    <message>
        <source>{metric} is {before}, as in float.</source>
        <translation>{metric} 为 {before}，与浮点相同。</translation>
    </message>
    <message>
        <source>{metric} fell from {before} to {after}.</source>
        <translation>{metric} 从 {before} 降到 {after}。</translation>
    </message>
    <message>
        <source>{metric} rose from {before} to {after}.</source>
        <translation>{metric} 从 {before} 升到 {after}。</translation>
    </message>
    <message>
        <source>{operator} ({figure})</source>
        <translation>{operator}（{figure}）</translation>
    </message>
    <message>
        <source>The largest errors of their own: {operators}.</source>
        <translation>自身误差最大的算子：{operators}。</translation>
    </message>
    <message>
        <source>, </source>
        <translation>、</translation>
    </message>
    <message>
        <source>No operator makes an error of its own.</source>
        <translation>没有算子自身产生误差。</translation>
    </message>
    <message>
        <source>{operator} did it all: with it in float the outputs are exact, for {cost} more.</source>
        <translation>全部来自 {operator}：它保持浮点时输出完全一致，文件增大 {cost}。</translation>
    </message>
    <message>
        <source>None of the {count} worst operators gains anything in float: the error comes from many.</source>
        <translation>误差最大的 {count} 个算子单独改为浮点都没有改善：误差来自许多算子。</translation>
    </message>
    <message>
        <source>{operator} costs most: keeping it in float gains {gain} ({figure}) for {cost}.</source>
        <translation>{operator} 的损失最大：保持浮点可提高 {gain}（{figure}），文件增大 {cost}。</translation>
    </message>
    <message>
        <source>With the {count} others in float the outputs are exact.</source>
        <translation>其余 {count} 个算子保持浮点时，输出完全一致。</translation>
    </message>
    <message>
        <source>The {count} others, not tried one by one, gain {gain} together.</source>
        <translation>其余 {count} 个未逐一尝试的算子合计提升 {gain}。</translation>
    </message>
</context>
<context>
    <name>Application</name>
    <message>
        <source>Something went wrong in the window</source>
        <translation>窗口中发生了错误</translation>
    </message>
    <message>
        <source>The window goes on. The details help us to repair it.</source>
        <translation>窗口仍可继续使用。详细信息有助于我们修复。</translation>
    </message>
</context>
<context>
    <name>Attributes</name>
    <message>
        <source>Attributes</source>
        <translation>属性</translation>
    </message>
</context>
<context>
    <name>Change</name>
    <message>
        <source>left-delegate</source>
        <translation>{count} 个 {type} 离开了委托：{difference}</translation>
    </message>
    <message>
        <source>joined-delegate</source>
        <translation>{count} 个 {type} 改由委托运行：{difference}</translation>
    </message>
    <message>
        <source>added</source>
        <translation>新增 {count} 个 {type}：{difference}</translation>
    </message>
    <message>
        <source>removed</source>
        <translation>少了 {count} 个 {type}：{difference}</translation>
    </message>
    <message>
        <source>slower</source>
        <translation>{count} 个 {type} 变慢：{difference}</translation>
    </message>
    <message>
        <source>faster</source>
        <translation>{count} 个 {type} 变快：{difference}</translation>
    </message>
</context>
<context>
    <name>Choice</name>
    <message>
        <source>dynamic-int8.title</source>
        <translation>动态 int8</translation>
    </message>
    <message>
        <source>dynamic-int8.description</source>
        <translation>权重为 8 位，激活在运行时量化：体积缩小 4 倍，速度更快，无需数据。</translation>
    </message>
    <message>
        <source>dynamic-int4.title</source>
        <translation>动态 int4</translation>
    </message>
    <message>
        <source>dynamic-int4.description</source>
        <translation>能承受且目标有内核的权重用 4 位，其余用 8 位。</translation>
    </message>
    <message>
        <source>weight-only-int8.title</source>
        <translation>仅权重 int8</translation>
    </message>
    <message>
        <source>weight-only-int8.description</source>
        <translation>权重用 8 位，全部运算用浮点：体积缩小 4 倍，几乎无损，速度与浮点相同。</translation>
    </message>
    <message>
        <source>weight-only-int4.title</source>
        <translation>仅权重 int4</translation>
    </message>
    <message>
        <source>weight-only-int4.description</source>
        <translation>所有权重用 4 位，全部运算用浮点：体积最小，适合能承受的模型。</translation>
    </message>
    <message>
        <source>float16.title</source>
        <translation>float16</translation>
    </message>
    <message>
        <source>float16.description</source>
        <translation>权重为 16 位：体积缩小 2 倍，几乎无损，适合 GPU 以及 8 位损失过大的场合。</translation>
    </message>
    <message>
        <source>static-int8.title</source>
        <translation>静态 int8</translation>
    </message>
    <message>
        <source>static-int8.description</source>
        <translation>权重和激活均为 8 位：体积缩小到四分之一，速度最快；范围由样本数据测得。</translation>
    </message>
    <message>
        <source>static-int16x8.title</source>
        <translation>静态 int16x8</translation>
    </message>
    <message>
        <source>static-int16x8.description</source>
        <translation>权重 8 位，激活 16 位：几乎无损，但在 CPU 上较慢；需要样本数据。</translation>
    </message>
    <message>
        <source>xnnpack.title</source>
        <translation>XNNPACK（默认 CPU）</translation>
    </message>
    <message>
        <source>xnnpack.description</source>
        <translation>LiteRT 在手机和电脑上的默认 CPU 路径。</translation>
    </message>
    <message>
        <source>builtin.title</source>
        <translation>内置内核</translation>
    </message>
    <message>
        <source>builtin.description</source>
        <translation>不使用任何委托的 LiteRT。</translation>
    </message>
</context>
<context>
    <name>Column</name>
    <message>
        <source>#</source>
        <translation>#</translation>
    </message>
    <message>
        <source>Place in the subgraph&apos;s order of execution</source>
        <translation>在子图执行顺序中的位置</translation>
    </message>
    <message>
        <source>Subgraph</source>
        <translation>子图</translation>
    </message>
    <message>
        <source>The subgraph the operator is in</source>
        <translation>算子所在的子图</translation>
    </message>
    <message>
        <source>Type</source>
        <translation>类型</translation>
    </message>
    <message>
        <source>Kind of operator</source>
        <translation>算子类型</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>名称</translation>
    </message>
    <message>
        <source>Name of the operator&apos;s first output</source>
        <translation>算子第一个输出的名称</translation>
    </message>
    <message>
        <source>Precision</source>
        <translation>精度</translation>
    </message>
    <message>
        <source>How the operator&apos;s arithmetic will run</source>
        <translation>算子的运算将以何种精度执行</translation>
    </message>
    <message>
        <source>Reason</source>
        <translation>原因</translation>
    </message>
    <message>
        <source>Why the operator gets this precision</source>
        <translation>算子采用该精度的原因</translation>
    </message>
    <message>
        <source>Own error</source>
        <translation>自身误差</translation>
    </message>
    <message>
        <source>Signal to noise ratio of the operator&apos;s output when it is given exact inputs; higher is better. From the last comparison</source>
        <translation>输入精确时算子输出的信噪比，越高越好；来自最近一次比较</translation>
    </message>
    <message>
        <source>Weights</source>
        <translation>权重</translation>
    </message>
    <message>
        <source>Size of the operator&apos;s constant weights now</source>
        <translation>算子常量权重的当前大小</translation>
    </message>
    <message>
        <source>Planned</source>
        <translation>计划</translation>
    </message>
    <message>
        <source>Size of the operator&apos;s constant weights after quantization</source>
        <translation>算子常量权重量化后的大小</translation>
    </message>
    <message>
        <source>Output shape</source>
        <translation>输出形状</translation>
    </message>
    <message>
        <source>Shape of every output</source>
        <translation>每个输出的形状</translation>
    </message>
    <message>
        <source>Data types</source>
        <translation>数据类型</translation>
    </message>
    <message>
        <source>Data types of the inputs and outputs in the source model</source>
        <translation>源模型中输入和输出的数据类型</translation>
    </message>
</context>
<context>
    <name>Command</name>
    <message>
        <source>&amp;File</source>
        <translation>文件(&amp;F)</translation>
    </message>
    <message>
        <source>&amp;Edit</source>
        <translation>编辑(&amp;E)</translation>
    </message>
    <message>
        <source>&amp;Model</source>
        <translation>模型(&amp;M)</translation>
    </message>
    <message>
        <source>&amp;Graph</source>
        <translation>计算图(&amp;G)</translation>
    </message>
    <message>
        <source>&amp;View</source>
        <translation>视图(&amp;V)</translation>
    </message>
    <message>
        <source>&amp;Help</source>
        <translation>帮助(&amp;H)</translation>
    </message>
    <message>
        <source>&amp;Open…</source>
        <translation>打开(&amp;O)…</translation>
    </message>
    <message>
        <source>Open .tflite models, or models of other kinds to convert</source>
        <translation>打开 .tflite 模型，或打开其他类型的模型进行转换</translation>
    </message>
    <message>
        <source>Open SavedModel &amp;Folder…</source>
        <translation>打开 SavedModel 文件夹(&amp;F)…</translation>
    </message>
    <message>
        <source>Convert a TensorFlow SavedModel</source>
        <translation>转换 TensorFlow SavedModel</translation>
    </message>
    <message>
        <source>Convert A&amp;gain…</source>
        <translation>重新转换(&amp;G)…</translation>
    </message>
    <message>
        <source>Open the sheet of the source that this model was made of</source>
        <translation>打开生成此模型的源模型的转换页</translation>
    </message>
    <message>
        <source>Save &amp;As…</source>
        <translation>另存为(&amp;A)…</translation>
    </message>
    <message>
        <source>Save the selected result</source>
        <translation>保存所选的结果</translation>
    </message>
    <message>
        <source>&amp;Export Graph…</source>
        <translation>导出计算图(&amp;E)…</translation>
    </message>
    <message>
        <source>Write the whole graph as SVG, PDF or PNG</source>
        <translation>将整个计算图导出为 SVG、PDF 或 PNG</translation>
    </message>
    <message>
        <source>&amp;Import Overlay…</source>
        <translation>导入叠加数据(&amp;I)…</translation>
    </message>
    <message>
        <source>Colour the operators by the numbers in a file of Model Explorer&apos;s node data</source>
        <translation>按 Model Explorer 节点数据文件中的数值为算子着色</translation>
    </message>
    <message>
        <source>Export O&amp;verlay…</source>
        <translation>导出叠加数据(&amp;V)…</translation>
    </message>
    <message>
        <source>Write what the colours show as node data for Model Explorer</source>
        <translation>把颜色所表示的内容写成 Model Explorer 的节点数据</translation>
    </message>
    <message>
        <source>Export Copy for &amp;Netron…</source>
        <translation>导出供 Netron 查看的副本(&amp;N)…</translation>
    </message>
    <message>
        <source>Write a copy whose tensor names tell each operator&apos;s precision, reason and share of the time</source>
        <translation>写出一个副本，其张量名称说明每个算子的精度、原因和耗时占比</translation>
    </message>
    <message>
        <source>Show in File &amp;Manager</source>
        <translation>在文件管理器中显示(&amp;M)</translation>
    </message>
    <message>
        <source>&amp;Close</source>
        <translation>关闭(&amp;C)</translation>
    </message>
    <message>
        <source>&amp;Quit</source>
        <translation>退出(&amp;Q)</translation>
    </message>
    <message>
        <source>&amp;Undo</source>
        <translation>撤销(&amp;U)</translation>
    </message>
    <message>
        <source>&amp;Redo</source>
        <translation>重做(&amp;R)</translation>
    </message>
    <message>
        <source>&amp;Copy Operators</source>
        <translation>复制算子(&amp;C)</translation>
    </message>
    <message>
        <source>&amp;Find Operators</source>
        <translation>查找算子(&amp;F)</translation>
    </message>
    <message>
        <source>Find &amp;Next</source>
        <translation>查找下一个(&amp;N)</translation>
    </message>
    <message>
        <source>Find &amp;Previous</source>
        <translation>查找上一个(&amp;P)</translation>
    </message>
    <message>
        <source>&amp;Show All Operators</source>
        <translation>显示全部算子(&amp;S)</translation>
    </message>
    <message>
        <source>&amp;Quantize</source>
        <translation>量化(&amp;Q)</translation>
    </message>
    <message>
        <source>Write a quantized model as planned; the source stays as it is</source>
        <translation>按计划写出量化模型；源文件保持不变</translation>
    </message>
    <message>
        <source>C&amp;ancel Job</source>
        <translation>取消任务(&amp;A)</translation>
    </message>
    <message>
        <source>&amp;Compare</source>
        <translation>比较(&amp;C)</translation>
    </message>
    <message>
        <source>Compare the selected result with its source on generated inputs</source>
        <translation>用生成的输入将所选结果与源模型比较</translation>
    </message>
    <message>
        <source>Compare with &amp;Data…</source>
        <translation>用数据比较(&amp;D)…</translation>
    </message>
    <message>
        <source>Compare the selected result with its source on the samples in a file</source>
        <translation>用文件中的样本比较所选结果与其源模型</translation>
    </message>
    <message>
        <source>&amp;Try Worst Operators in Float</source>
        <translation>将最差的算子改为浮点试验(&amp;T)</translation>
    </message>
    <message>
        <source>Measure what keeping each of the worst operators in float would gain</source>
        <translation>测量将最差的各个算子保持浮点能改善多少</translation>
    </message>
    <message>
        <source>&amp;Measure Latency</source>
        <translation>测量延迟(&amp;M)</translation>
    </message>
    <message>
        <source>Measure the model and what was made from it, in turns</source>
        <translation>轮流测量模型及由它生成的结果</translation>
    </message>
    <message>
        <source>&amp;Stop Measuring</source>
        <translation>停止测量(&amp;S)</translation>
    </message>
    <message>
        <source>&amp;Read Again</source>
        <translation>重新读取(&amp;R)</translation>
    </message>
    <message>
        <source>Read the file and plan it again</source>
        <translation>重新读取文件并重新制定计划</translation>
    </message>
    <message>
        <source>Zoom &amp;In</source>
        <translation>放大(&amp;I)</translation>
    </message>
    <message>
        <source>Zoom &amp;Out</source>
        <translation>缩小(&amp;O)</translation>
    </message>
    <message>
        <source>Show &amp;Everything</source>
        <translation>显示全部(&amp;E)</translation>
    </message>
    <message>
        <source>Show &amp;Selection</source>
        <translation>显示所选(&amp;S)</translation>
    </message>
    <message>
        <source>&amp;Back</source>
        <translation>后退(&amp;B)</translation>
    </message>
    <message>
        <source>Back to where you were in the graph</source>
        <translation>回到计算图中先前的位置</translation>
    </message>
    <message>
        <source>&amp;Forward</source>
        <translation>前进(&amp;F)</translation>
    </message>
    <message>
        <source>&amp;Up One Page</source>
        <translation>上一层页面(&amp;U)</translation>
    </message>
    <message>
        <source>From the body of a loop or branch to the graph that runs it</source>
        <translation>从循环体或分支回到运行它的计算图</translation>
    </message>
    <message>
        <source>Show &amp;Upstream</source>
        <translation>显示上游(&amp;U)</translation>
    </message>
    <message>
        <source>Dim everything that the selected operators do not depend on</source>
        <translation>淡化所选算子不依赖的一切</translation>
    </message>
    <message>
        <source>Show &amp;Downstream</source>
        <translation>显示下游(&amp;D)</translation>
    </message>
    <message>
        <source>Dim everything that does not depend on the selected operators</source>
        <translation>淡化不依赖所选算子的一切</translation>
    </message>
    <message>
        <source>Dim &amp;Nothing</source>
        <translation>取消淡化(&amp;N)</translation>
    </message>
    <message>
        <source>&amp;Close Group</source>
        <translation>收起分组(&amp;C)</translation>
    </message>
    <message>
        <source>Close the group around the selected operator</source>
        <translation>收起所选算子所在的分组</translation>
    </message>
    <message>
        <source>Close &amp;All Groups</source>
        <translation>收起所有分组(&amp;A)</translation>
    </message>
    <message>
        <source>O&amp;pen All Groups</source>
        <translation>展开所有分组(&amp;P)</translation>
    </message>
    <message>
        <source>&amp;Problems</source>
        <translation>问题(&amp;P)</translation>
    </message>
    <message>
        <source>&amp;Full Screen</source>
        <translation>全屏(&amp;F)</translation>
    </message>
    <message>
        <source>&amp;Keyboard Shortcuts</source>
        <translation>键盘快捷键(&amp;K)</translation>
    </message>
    <message>
        <source>&amp;About Quantscope</source>
        <translation>关于 Quantscope(&amp;A)</translation>
    </message>
</context>
<context>
    <name>Commands</name>
    <message>
        <source>Open SavedModel Folder</source>
        <translation>打开 SavedModel 文件夹</translation>
    </message>
    <message>
        <source>Export Copy for Netron</source>
        <translation>导出供 Netron 查看的副本</translation>
    </message>
    <message>
        <source>Close Without Saving</source>
        <translation>不保存并关闭</translation>
    </message>
    <message>
        <source>There is no result to compare</source>
        <translation>没有可比较的结果</translation>
    </message>
    <message>
        <source>“{name}” holds data to compare a quantized model on, and none is selected.</source>
        <translation>“{name}”是用于比较量化模型的数据，但当前没有选中量化模型。</translation>
    </message>
    <message>
        <source>Quantize a model and select the result, then drop the data again.</source>
        <translation>请先量化模型并选中结果，然后再次拖入数据。</translation>
    </message>
</context>
<context>
    <name>Compare</name>
    <message>
        <source>identical</source>
        <translation>完全相同</translation>
    </message>
    <message>
        <source>Output</source>
        <translation>输出</translation>
    </message>
    <message>
        <source>Name of the model&apos;s output</source>
        <translation>模型输出的名称</translation>
    </message>
    <message>
        <source>SQNR</source>
        <translation>SQNR</translation>
    </message>
    <message>
        <source>Signal to quantization noise ratio in dB; higher is better, 20 dB is an error of a tenth</source>
        <translation>信号与量化噪声之比（dB）；越高越好，20 dB 相当于十分之一的误差</translation>
    </message>
    <message>
        <source>exact</source>
        <translation>完全一致</translation>
    </message>
    <message>
        <source>Operator</source>
        <translation>算子</translation>
    </message>
    <message>
        <source>Kind and number of the operator</source>
        <translation>算子的类型与编号</translation>
    </message>
    <message>
        <source>Precision</source>
        <translation>精度</translation>
    </message>
    <message>
        <source>How the operator&apos;s arithmetic runs</source>
        <translation>算子的运算以何种精度进行</translation>
    </message>
    <message>
        <source>Own error</source>
        <translation>自身误差</translation>
    </message>
    <message>
        <source>Signal to noise ratio of its output when it is given the float model&apos;s inputs; higher is better</source>
        <translation>以浮点模型的输入为输入时其输出的信噪比，越高越好</translation>
    </message>
    <message>
        <source>Accumulated</source>
        <translation>累积误差</translation>
    </message>
    <message>
        <source>Signal to noise ratio of its output in the quantized model as it runs</source>
        <translation>量化模型实际运行时其输出的信噪比</translation>
    </message>
    <message>
        <source>Max. error</source>
        <translation>最大误差</translation>
    </message>
    <message>
        <source>Largest absolute difference that the operator makes itself</source>
        <translation>算子自身产生的最大绝对误差</translation>
    </message>
    <message>
        <source>Gain in float</source>
        <translation>浮点收益</translation>
    </message>
    <message>
        <source>Measured: what the model&apos;s outputs gain if this operator stays in float</source>
        <translation>实测：该算子保持浮点时模型输出的改善</translation>
    </message>
    <message>
        <source>Costs</source>
        <translation>代价</translation>
    </message>
    <message>
        <source>Measured: how much larger the file is then</source>
        <translation>实测：此时文件增大多少</translation>
    </message>
    <message>
        <source>Gain per kB</source>
        <translation>每 kB 收益</translation>
    </message>
    <message>
        <source>Decibels for each kilobyte that the file grows</source>
        <translation>文件每增大一千字节所改善的分贝数</translation>
    </message>
    <message>
        <source>Largest absolute difference of any element</source>
        <translation>所有元素中最大的绝对差</translation>
    </message>
    <message>
        <source>Cosine</source>
        <translation>余弦</translation>
    </message>
    <message>
        <source>Cosine similarity, mean over the samples; 1 is the same direction</source>
        <translation>余弦相似度，对样本取平均；1 表示方向相同</translation>
    </message>
    <message>
        <source>Top-1</source>
        <translation>Top-1</translation>
    </message>
    <message>
        <source>Share of rows whose largest element is in the same place</source>
        <translation>最大元素位置相同的行所占比例</translation>
    </message>
</context>
<context>
    <name>CompareGraphs</name>
    <message>
        <source>the source</source>
        <translation>源模型</translation>
    </message>
    <message>
        <source>Reading {model}…</source>
        <translation>正在读取 {model}…</translation>
    </message>
    <message>
        <source>Differences</source>
        <translation>差异</translation>
    </message>
    <message>
        <source>difference {place} of {all}</source>
        <translation>差异 {place} / {all}</translation>
    </message>
    <message numerus="yes">
        <source>%n difference(s)</source>
        <translation>
            <numerusform>%n 处差异</numerusform>
        </translation>
    </message>
    <message>
        <source>Against</source>
        <translation>对照</translation>
    </message>
    <message>
        <source>Side by side</source>
        <translation>并排</translation>
    </message>
    <message>
        <source>Both graphs, or only the differences in one</source>
        <translation>并排显示两个图，或只在一个图中显示差异</translation>
    </message>
    <message>
        <source>Previous difference (Shift+F7)</source>
        <translation>上一处差异 (Shift+F7)</translation>
    </message>
    <message>
        <source>Next difference (F7)</source>
        <translation>下一处差异 (F7)</translation>
    </message>
</context>
<context>
    <name>ComparePanel</name>
    <message>
        <source>Generated inputs</source>
        <translation>生成的输入</translation>
    </message>
    <message>
        <source>Data file…</source>
        <translation>数据文件…</translation>
    </message>
    <message>
        <source>An .npz file whose arrays are named after the model&apos;s inputs, samples first; of a model with one input an .npy file, too. Labels called y or labels give the accuracy. It can be dropped as well.</source>
        <translation>一个 .npz 文件，数组以模型的输入命名，第一维为样本；只有一个输入的模型也可用 .npy 文件。名为 y 或 labels 的标签给出准确率。也可以拖放。</translation>
    </message>
    <message>
        <source>Labels</source>
        <translation>标签</translation>
    </message>
    <message>
        <source>Try in float</source>
        <translation>改为浮点试验</translation>
    </message>
    <message>
        <source>Keeps each of the worst operators in float in turn and measures what the outputs gain</source>
        <translation>依次将最差的各个算子保持浮点，并测量输出的改善</translation>
    </message>
    <message>
        <source>Errors of the outputs</source>
        <translation>各输出的误差</translation>
    </message>
    <message>
        <source>Float against {variant}</source>
        <translation>浮点模型与 {variant} 对比</translation>
    </message>
    <message>
        <source>Comparing…</source>
        <translation>正在比较…</translation>
    </message>
    <message>
        <source>Not compared yet</source>
        <translation>尚未比较</translation>
    </message>
    <message numerus="yes">
        <source>%n sample(s)</source>
        <translation>
            <numerusform>%n 个样本</numerusform>
        </translation>
    </message>
    <message>
        <source>inputs: {inputs}</source>
        <translation>输入：{inputs}</translation>
    </message>
    <message>
        <source>The array of the file that says what is right for each sample, for top-1, top-5 and the metric</source>
        <translation>文件中给出每个样本正确答案的数组，用于 top-1、top-5 和自定义指标</translation>
    </message>
    <message>
        <source>none</source>
        <translation>无</translation>
    </message>
</context>
<context>
    <name>Comparer</name>
    <message>
        <source>Comparing {model}</source>
        <translation>正在比较 {model}</translation>
    </message>
</context>
<context>
    <name>ConnectDialog</name>
    <message>
        <source>Connect to a Phone</source>
        <translation>连接手机</translation>
    </message>
    <message>
        <source>Address</source>
        <translation>地址</translation>
    </message>
    <message>
        <source>Pairing code</source>
        <translation>配对码</translation>
    </message>
    <message>
        <source>Only for pairing; leave empty to connect</source>
        <translation>仅用于配对；连接时请留空</translation>
    </message>
    <message>
        <source>Connect</source>
        <translation>连接</translation>
    </message>
    <message>
        <source>On the phone open Developer options, Wireless debugging. A phone that was never paired: choose “Pair device with pairing code” there, and give that address and code here first. Then connect with the address of Wireless debugging itself.</source>
        <translation>在手机上打开“开发者选项”中的“无线调试”。从未配对过的手机：请在那里选择“使用配对码配对设备”，先在此填写所显示的地址和配对码，再用“无线调试”本身的地址连接。</translation>
    </message>
    <message>
        <source>Pair</source>
        <translation>配对</translation>
    </message>
    <message>
        <source>Pairing…</source>
        <translation>正在配对…</translation>
    </message>
    <message>
        <source>Connecting…</source>
        <translation>正在连接…</translation>
    </message>
    <message>
        <source>Paired. Now connect with the address of Wireless debugging itself.</source>
        <translation>已配对。现在请用“无线调试”本身的地址连接。</translation>
    </message>
    <message>
        <source>Connected: {serial}</source>
        <translation>已连接：{serial}</translation>
    </message>
</context>
<context>
    <name>DeviceCard</name>
    <message numerus="yes">
        <source>%n core(s)</source>
        <translation>
            <numerusform>%n 个核心</numerusform>
        </translation>
    </message>
    <message>
        <source>Reading what it is…</source>
        <translation>正在读取设备信息…</translation>
    </message>
</context>
<context>
    <name>DeviceChoice</name>
    <message>
        <source>Measure on one device or several at once</source>
        <translation>在一台或同时在多台设备上测量</translation>
    </message>
    <message>
        <source>Phones…</source>
        <translation>手机…</translation>
    </message>
    <message numerus="yes">
        <source>%n device(s)</source>
        <translation>
            <numerusform>%n 台设备</numerusform>
        </translation>
    </message>
    <message>
        <source>Measure on {devices}</source>
        <translation>在 {devices} 上测量</translation>
    </message>
</context>
<context>
    <name>DeviceHeat</name>
    <message>
        <source>light heat</source>
        <translation>轻微发热</translation>
    </message>
    <message>
        <source>moderate heat</source>
        <translation>中度发热</translation>
    </message>
    <message>
        <source>severe heat</source>
        <translation>严重发热</translation>
    </message>
    <message>
        <source>critical heat</source>
        <translation>过热临界</translation>
    </message>
    <message>
        <source>emergency heat</source>
        <translation>过热紧急</translation>
    </message>
    <message>
        <source>shutting down from heat</source>
        <translation>因过热即将关机</translation>
    </message>
</context>
<context>
    <name>DeviceState</name>
    <message>
        <source>Ready.</source>
        <translation>就绪。</translation>
    </message>
    <message>
        <source>The phone doesn&apos;t trust this computer yet.</source>
        <translation>手机尚未信任这台电脑。</translation>
    </message>
    <message>
        <source>Unlock the phone and tap Allow in the question it shows. If there is none, unplug it, plug it in again.</source>
        <translation>解锁手机，在弹出的询问中点“允许”。如果没有询问，请拔下后重新插上。</translation>
    </message>
    <message>
        <source>The phone is checking this computer&apos;s key.</source>
        <translation>手机正在核对这台电脑的密钥。</translation>
    </message>
    <message>
        <source>Wait a moment.</source>
        <translation>请稍候。</translation>
    </message>
    <message>
        <source>The phone is connecting.</source>
        <translation>手机正在连接。</translation>
    </message>
    <message>
        <source>The phone is connected but doesn&apos;t answer.</source>
        <translation>手机已连接，但没有应答。</translation>
    </message>
    <message>
        <source>Unplug it and plug it in again, or switch USB debugging off and on.</source>
        <translation>拔下后重新插上，或关闭再打开 USB 调试。</translation>
    </message>
    <message>
        <source>This computer&apos;s user may not talk to the phone over USB.</source>
        <translation>这台电脑的当前用户无权通过 USB 与手机通信。</translation>
    </message>
    <message>
        <source>Install the udev rules (Debian and Ubuntu: package android-sdk-platform-tools-common), join the group &apos;plugdev&apos;, then plug the phone in again.</source>
        <translation>安装 udev 规则（Debian 与 Ubuntu：android-sdk-platform-tools-common 软件包），加入 plugdev 组，然后重新插上手机。</translation>
    </message>
    <message>
        <source>The phone is in recovery mode.</source>
        <translation>手机处于恢复模式。</translation>
    </message>
    <message>
        <source>Choose &apos;Reboot system now&apos; on the phone.</source>
        <translation>在手机上选择“Reboot system now”。</translation>
    </message>
    <message>
        <source>The phone waits for an update to be sideloaded.</source>
        <translation>手机正在等待侧载更新。</translation>
    </message>
    <message>
        <source>Leave that mode, or restart the phone.</source>
        <translation>退出该模式，或重启手机。</translation>
    </message>
    <message>
        <source>The phone is in rescue mode.</source>
        <translation>手机处于救援模式。</translation>
    </message>
    <message>
        <source>Restart the phone.</source>
        <translation>重启手机。</translation>
    </message>
    <message>
        <source>The phone is in its bootloader.</source>
        <translation>手机处于引导加载程序中。</translation>
    </message>
    <message>
        <source>Choose &apos;Start&apos; on the phone, or run &apos;fastboot reboot&apos;.</source>
        <translation>在手机上选择“Start”，或运行“fastboot reboot”。</translation>
    </message>
    <message>
        <source>This is another computer&apos;s adb, not a phone.</source>
        <translation>这是另一台电脑的 adb，不是手机。</translation>
    </message>
    <message>
        <source>Another program has taken the phone over from adb.</source>
        <translation>另一个程序从 adb 接管了手机。</translation>
    </message>
    <message>
        <source>Close that program, or plug it in again.</source>
        <translation>关闭该程序，或重新插上手机。</translation>
    </message>
    <message>
        <source>The phone went away.</source>
        <translation>手机已断开。</translation>
    </message>
    <message>
        <source>Plug it in again.</source>
        <translation>请重新插上。</translation>
    </message>
</context>
<context>
    <name>Devices</name>
    <message>
        <source>This computer</source>
        <translation>这台电脑</translation>
    </message>
    <message>
        <source>battery {level}, charging</source>
        <translation>电量 {level}，充电中</translation>
    </message>
    <message>
        <source>battery {level}</source>
        <translation>电量 {level}</translation>
    </message>
</context>
<context>
    <name>DevicesPanel</name>
    <message>
        <source>Phones appear here when they are plugged in. On the phone switch on Developer options, then USB debugging.</source>
        <translation>手机插上后会出现在这里。请先在手机上打开“开发者选项”，再打开“USB 调试”。</translation>
    </message>
    <message>
        <source>Connect…</source>
        <translation>连接…</translation>
    </message>
    <message>
        <source>Connect to a phone over Wi-Fi, or pair with it</source>
        <translation>通过 Wi-Fi 连接手机，或与其配对</translation>
    </message>
    <message>
        <source>Set up…</source>
        <translation>设置…</translation>
    </message>
    <message>
        <source>Choose benchmark_model and the adb server</source>
        <translation>选择 benchmark_model 与 adb 服务器</translation>
    </message>
    <message>
        <source>Measure Here</source>
        <translation>在此测量</translation>
    </message>
    <message>
        <source>Copy Serial Number</source>
        <translation>复制序列号</translation>
    </message>
    <message>
        <source>Remove Quantscope&apos;s Files</source>
        <translation>删除 Quantscope 的文件</translation>
    </message>
</context>
<context>
    <name>Dialogs</name>
    <message>
        <source>Models (*.tflite *.onnx *.keras *.h5 *.pb *.pt *.pt2 *.mlir *.task *.litertlm)</source>
        <translation>模型 (*.tflite *.onnx *.keras *.h5 *.pb *.pt *.pt2 *.mlir *.task *.litertlm)</translation>
    </message>
    <message>
        <source>TensorFlow Lite models (*.tflite)</source>
        <translation>TensorFlow Lite 模型 (*.tflite)</translation>
    </message>
    <message>
        <source>Open Models</source>
        <translation>打开模型</translation>
    </message>
    <message>
        <source>NumPy files (*.npz *.npy)</source>
        <translation>NumPy 文件 (*.npz *.npy)</translation>
    </message>
    <message>
        <source>Choose Data</source>
        <translation>选择数据</translation>
    </message>
    <message>
        <source>Recipes (*.json)</source>
        <translation>方案 (*.json)</translation>
    </message>
    <message>
        <source>Import Recipe</source>
        <translation>导入方案</translation>
    </message>
    <message>
        <source>litert-quantizer&apos;s recipes (*.json)</source>
        <translation>litert-quantizer 的方案 (*.json)</translation>
    </message>
    <message>
        <source>Export Recipe</source>
        <translation>导出方案</translation>
    </message>
    <message>
        <source>Save Model As</source>
        <translation>模型另存为</translation>
    </message>
    <message>
        <source>These results are not saved and will be lost:</source>
        <translation>以下结果尚未保存，将会丢失：</translation>
    </message>
    <message>
        <source>Keep</source>
        <translation>保留</translation>
    </message>
    <message>
        <source>All files (*)</source>
        <translation>所有文件 (*)</translation>
    </message>
    <message>
        <source>Node data (*.json)</source>
        <translation>节点数据 (*.json)</translation>
    </message>
    <message>
        <source>Choose Samples</source>
        <translation>选择样本</translation>
    </message>
    <message>
        <source>Choose a Metric</source>
        <translation>选择指标</translation>
    </message>
    <message>
        <source>Python files (*.py)</source>
        <translation>Python 文件 (*.py)</translation>
    </message>
</context>
<context>
    <name>Differences</name>
    <message>
        <source>as in the other</source>
        <translation>与另一个相同</translation>
    </message>
    <message>
        <source>inserted: only changes how a value is stored</source>
        <translation>插入的：只改变数值的存储方式</translation>
    </message>
</context>
<context>
    <name>DockTitle</name>
    <message>
        <source>Hide {panel} (View menu brings it back)</source>
        <translation>隐藏{panel}（可从“视图”菜单恢复）</translation>
    </message>
    <message>
        <source>Hide {panel}</source>
        <translation>隐藏{panel}</translation>
    </message>
</context>
<context>
    <name>DropOverlay</name>
    <message>
        <source>Drop to open</source>
        <translation>松开即可打开</translation>
    </message>
</context>
<context>
    <name>DropZone</name>
    <message>
        <source>Drop a .tflite model here</source>
        <translation>将 .tflite 模型拖放到此处</translation>
    </message>
    <message>
        <source>Open model…</source>
        <translation>打开模型…</translation>
    </message>
</context>
<context>
    <name>Ending</name>
    <message>
        <source>The engine could not be started</source>
        <translation>无法启动引擎</translation>
    </message>
    <message>
        <source>The program that does the work did not start.</source>
        <translation>执行工作的程序没有启动。</translation>
    </message>
    <message>
        <source>Check that Quantscope is installed completely, then try again.</source>
        <translation>请检查 Quantscope 是否完整安装，然后重试。</translation>
    </message>
    <message>
        <source>The engine stopped</source>
        <translation>引擎已停止</translation>
    </message>
    <message>
        <source>The program that does the work ended before it had an answer.</source>
        <translation>执行工作的程序在给出结果之前就结束了。</translation>
    </message>
    <message>
        <source>Your models are unharmed. Try again; if it happens again, the details help us.</source>
        <translation>您的模型没有受损。请重试；如果再次发生，详细信息有助于我们排查。</translation>
    </message>
    <message>
        <source>The engine crashed</source>
        <translation>引擎崩溃</translation>
    </message>
    <message>
        <source>The program that does the work crashed while it was busy with this.</source>
        <translation>执行工作的程序在处理此任务时崩溃。</translation>
    </message>
    <message>
        <source>The engine gave an answer that can&apos;t be read</source>
        <translation>引擎返回了无法读取的内容</translation>
    </message>
    <message>
        <source>What the engine sent is not what it should send, so it was stopped.</source>
        <translation>引擎发送的内容不符合约定，已将其停止。</translation>
    </message>
    <message>
        <source>The engine is of another version</source>
        <translation>引擎版本不一致</translation>
    </message>
    <message>
        <source>The window and its engine come from different versions of Quantscope.</source>
        <translation>窗口与引擎来自不同版本的 Quantscope。</translation>
    </message>
    <message>
        <source>Install Quantscope again so that both parts match.</source>
        <translation>请重新安装 Quantscope，使两部分版本一致。</translation>
    </message>
    <message>
        <source>The engine does not answer</source>
        <translation>引擎没有响应</translation>
    </message>
    <message>
        <source>The engine was started but did not report within 30 seconds.</source>
        <translation>引擎已启动，但 30 秒内没有响应。</translation>
    </message>
    <message>
        <source>The computer may be very busy. Try again.</source>
        <translation>电脑可能非常繁忙。请重试。</translation>
    </message>
    <message>
        <source>The engine was stopped</source>
        <translation>引擎已被停止</translation>
    </message>
    <message>
        <source>The engine was stopped before it had an answer.</source>
        <translation>引擎在给出结果之前被停止。</translation>
    </message>
    <message>
        <source>Try again.</source>
        <translation>请重试。</translation>
    </message>
</context>
<context>
    <name>ErrorCard</name>
    <message>
        <source>&amp;Retry</source>
        <translation>重试(&amp;R)</translation>
    </message>
    <message>
        <source>&amp;Copy details</source>
        <translation>复制详细信息(&amp;C)</translation>
    </message>
    <message>
        <source>Dismiss</source>
        <translation>关闭</translation>
    </message>
    <message numerus="yes">
        <source>%n more</source>
        <translation>
            <numerusform>另有 %n 个</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ErrorsTable</name>
    <message>
        <source>Errors of the operators</source>
        <translation>各算子的误差</translation>
    </message>
</context>
<context>
    <name>Exporter</name>
    <message>
        <source>Export {name}</source>
        <translation>导出 {name}</translation>
    </message>
    <message>
        <source>The graph was not exported</source>
        <translation>计算图未能导出</translation>
    </message>
</context>
<context>
    <name>Failure</name>
    <message>
        <source>What answers as {0} doesn&apos;t speak adb&apos;s protocol.</source>
        <translation>以 {0} 应答的程序不使用 adb 协议。</translation>
    </message>
    <message>
        <source>Check its address.</source>
        <translation>请检查地址。</translation>
    </message>
    <message>
        <source>The connection to {0} was lost.</source>
        <translation>与 {0} 的连接已断开。</translation>
    </message>
    <message>
        <source>Plug it in again; what was measured is kept.</source>
        <translation>请重新插上；已测得的数据会保留。</translation>
    </message>
    <message>
        <source>The command is longer than the adb protocol allows.</source>
        <translation>命令超过了 adb 协议允许的长度。</translation>
    </message>
    <message>
        <source>No answer from {0} for {1} seconds.</source>
        <translation>{0} 已有 {1} 秒没有应答。</translation>
    </message>
    <message>
        <source>Unplug it and plug it in again; if it still doesn&apos;t answer, restart it.</source>
        <translation>请拔下后重新插上；若仍无应答，请重启它。</translation>
    </message>
    <message>
        <source>The adb server at {0} doesn&apos;t answer.</source>
        <translation>{0} 处的 adb 服务器没有应答。</translation>
    </message>
    <message>
        <source>Check its address and your network.</source>
        <translation>请检查其地址和网络。</translation>
    </message>
    <message>
        <source>There is no adb server at {0}: {1}.</source>
        <translation>{0} 处没有 adb 服务器：{1}。</translation>
    </message>
    <message>
        <source>Start one with &apos;adb start-server&apos;, or check the address.</source>
        <translation>请用“adb start-server”启动一个，或检查地址。</translation>
    </message>
    <message>
        <source>What listens at {0} is no adb server.</source>
        <translation>在 {0} 监听的不是 adb 服务器。</translation>
    </message>
    <message>
        <source>Check the address.</source>
        <translation>请检查地址。</translation>
    </message>
    <message>
        <source>The phone at {0} can&apos;t be connected: {1}.</source>
        <translation>无法连接 {0} 处的手机：{1}。</translation>
    </message>
    <message>
        <source>Check the address on the phone (Developer options, Wireless debugging) and that both are in one network; a phone that was never paired must be paired first.</source>
        <translation>请核对手机上的地址（开发者选项 › 无线调试），并确认两者在同一网络；从未配对过的手机须先配对。</translation>
    </message>
    <message>
        <source>The phone at {0} was not paired: {1}.</source>
        <translation>{0} 处的手机未能配对：{1}。</translation>
    </message>
    <message>
        <source>adb was not found; looked in {0}.</source>
        <translation>未找到 adb；查找过的位置：{0}。</translation>
    </message>
    <message>
        <source>{0}, or Android Studio&apos;s SDK Platform-Tools, or choose the file in the settings.</source>
        <translation>{0}，或安装 Android Studio 的 SDK Platform-Tools，或在设置中选择该文件。</translation>
    </message>
    <message>
        <source>&apos;{0}&apos; can&apos;t start the adb server: {1}.</source>
        <translation>“{0}”无法启动 adb 服务器：{1}。</translation>
    </message>
    <message>
        <source>A pairing code has six digits.</source>
        <translation>配对码为六位数字。</translation>
    </message>
    <message>
        <source>Read it off the phone again.</source>
        <translation>请在手机上重新查看。</translation>
    </message>
    <message>
        <source>The phone at {0} doesn&apos;t accept that code, or has closed its question.</source>
        <translation>{0} 处的手机不接受该配对码，或已关闭配对窗口。</translation>
    </message>
    <message>
        <source>Codes are good once and for a short time: open &apos;Pair device with pairing code&apos; again and use the new one.</source>
        <translation>配对码只能用一次且很快失效：请再次打开“使用配对码配对设备”并使用新的配对码。</translation>
    </message>
    <message>
        <source>Nothing that can be paired answers at {0}.</source>
        <translation>{0} 处没有可配对的设备应答。</translation>
    </message>
    <message>
        <source>Give the address that &apos;Pair device with pairing code&apos; shows while it is open: its port is another than that of Wireless debugging itself.</source>
        <translation>请填写“使用配对码配对设备”打开时显示的地址：其端口与无线调试本身的不同。</translation>
    </message>
    <message>
        <source>&apos;{0}&apos; is not an address.</source>
        <translation>“{0}”不是地址。</translation>
    </message>
    <message>
        <source>Give host:port as the phone shows it, for instance 192.168.1.20:5555.</source>
        <translation>请按手机显示的“主机:端口”填写，例如 192.168.1.20:5555。</translation>
    </message>
    <message>
        <source>The adb that runs here is too old to pair.</source>
        <translation>此处运行的 adb 版本过旧，无法配对。</translation>
    </message>
    <message>
        <source>Install adb 30 or later (Debian 12&apos;s own is 29, Google&apos;s platform tools are newer), end the old one with &apos;adb kill-server&apos;, then try again. A phone on the cable needs no pairing.</source>
        <translation>请安装 adb 30 或更高版本（Debian 12 自带的是 29，Google 的平台工具更新），用“adb kill-server”结束旧的，然后重试。用数据线连接的手机无需配对。</translation>
    </message>
    <message>
        <source>{0} answered with more than {1} KiB, which can&apos;t be right.</source>
        <translation>{0} 的应答超过 {1} KiB，这不可能正确。</translation>
    </message>
    <message>
        <source>{0} answered in a way that can&apos;t be right.</source>
        <translation>{0} 的应答不可能正确。</translation>
    </message>
    <message>
        <source>{0} can&apos;t be used: {1}</source>
        <translation>无法使用 {0}：{1}</translation>
    </message>
    <message>
        <source>adb says: {0}.</source>
        <translation>adb 报告：{0}。</translation>
    </message>
    <message>
        <source>{0} is not connected.</source>
        <translation>{0} 未连接。</translation>
    </message>
    <message>
        <source>Plug it in, or choose another device.</source>
        <translation>请插上它，或选择其他设备。</translation>
    </message>
    <message>
        <source>Choose one device by its serial number.</source>
        <translation>请按序列号选择一台设备。</translation>
    </message>
    <message>
        <source>{0} closed the request.</source>
        <translation>{0} 关闭了请求。</translation>
    </message>
    <message>
        <source>Android 7 or later is needed; if it has that, plug the phone in again.</source>
        <translation>需要 Android 7 或更高版本；若已满足，请重新插上手机。</translation>
    </message>
    <message>
        <source>{0} says: {1}.</source>
        <translation>{0} 报告：{1}。</translation>
    </message>
    <message>
        <source>Free some space on the phone, or clear Quantscope&apos;s files from it.</source>
        <translation>请在手机上腾出空间，或清除其中 Quantscope 的文件。</translation>
    </message>
    <message>
        <source>A path on the phone can&apos;t hold a zero character.</source>
        <translation>手机上的路径不能包含零字符。</translation>
    </message>
    <message>
        <source>{0} answered a push with {1}, which isn&apos;t in the protocol.</source>
        <translation>{0} 以 {1} 应答推送，协议中没有此应答。</translation>
    </message>
    <message>
        <source>{0} has no file &apos;{1}&apos;.</source>
        <translation>{0} 上没有文件“{1}”。</translation>
    </message>
    <message>
        <source>{0} hasn&apos;t confirmed the file for {1} seconds.</source>
        <translation>{0} 已有 {1} 秒未确认文件。</translation>
    </message>
    <message>
        <source>&apos;{0}&apos; can&apos;t be written: {1}.</source>
        <translation>无法写入“{0}”：{1}。</translation>
    </message>
    <message>
        <source>{0} sent &apos;{1}&apos; in a way that can&apos;t be right.</source>
        <translation>{0} 发送“{1}”的方式不可能正确。</translation>
    </message>
    <message>
        <source>&apos;{0}&apos; is no program for a phone.</source>
        <translation>“{0}”不是手机程序。</translation>
    </message>
    <message>
        <source>Choose a benchmark_model built for Android (an ELF file).</source>
        <translation>请选择为 Android 构建的 benchmark_model（ELF 文件）。</translation>
    </message>
    <message>
        <source>benchmark_model can&apos;t be downloaded from {0}: {1}.</source>
        <translation>无法从 {0} 下载 benchmark_model：{1}。</translation>
    </message>
    <message>
        <source>Try again (what is there already is kept), or choose a file.</source>
        <translation>请重试（已下载的部分会保留），或选择一个文件。</translation>
    </message>
    <message>
        <source>&apos;{0}&apos; can&apos;t be read: {1}.</source>
        <translation>无法读取“{0}”：{1}。</translation>
    </message>
    <message>
        <source>There is no official benchmark_model for {0}.</source>
        <translation>没有适用于 {0} 的官方 benchmark_model。</translation>
    </message>
    <message>
        <source>Build one, and choose the file.</source>
        <translation>请自行构建并选择该文件。</translation>
    </message>
    <message>
        <source>What {0} sends now (sha256 {1}…) isn&apos;t what it sent first (sha256 {2}…), so it is not used.</source>
        <translation>{0} 现在发送的文件（sha256 {1}…）与最初的（sha256 {2}…）不同，因此不予使用。</translation>
    </message>
    <message>
        <source>If you know that it was replaced, forget the old one in the settings, or choose a file.</source>
        <translation>若您知道它已被替换，请在设置中忘记旧的，或选择一个文件。</translation>
    </message>
    <message>
        <source>What {0} sent is built for {1}, not for {2}.</source>
        <translation>{0} 发送的程序为 {1} 构建，而非 {2}。</translation>
    </message>
    <message>
        <source>&apos;{0}&apos; is built for {1}; the phone runs {2}.</source>
        <translation>“{0}”为 {1} 构建；手机运行的是 {2}。</translation>
    </message>
    <message>
        <source>Choose a benchmark_model built for {0}.</source>
        <translation>请选择为 {0} 构建的 benchmark_model。</translation>
    </message>
    <message>
        <source>What {0} sent is no program.</source>
        <translation>{0} 发送的不是程序。</translation>
    </message>
    <message>
        <source>What {0} sends is larger than any benchmark_model.</source>
        <translation>{0} 发送的文件比任何 benchmark_model 都大。</translation>
    </message>
    <message>
        <source>benchmark_model ended with exit code {0}; it said: {1}.</source>
        <translation>benchmark_model 以退出码 {0} 结束；它报告：{1}。</translation>
    </message>
    <message>
        <source>benchmark_model refuses the model: {0}.</source>
        <translation>benchmark_model 拒绝该模型：{0}。</translation>
    </message>
    <message>
        <source>benchmark_model crashed on the model ({0}).</source>
        <translation>benchmark_model 在该模型上崩溃（{0}）。</translation>
    </message>
    <message>
        <source>Try another delegate, or a newer benchmark_model.</source>
        <translation>请尝试其他委托，或更新的 benchmark_model。</translation>
    </message>
    <message>
        <source>benchmark_model ended well but printed no result.</source>
        <translation>benchmark_model 正常结束但没有输出结果。</translation>
    </message>
    <message>
        <source>Choose a genuine benchmark_model.</source>
        <translation>请选择真正的 benchmark_model。</translation>
    </message>
    <message>
        <source>The phone can&apos;t execute this benchmark_model{0}: it runs {1}.</source>
        <translation>手机无法执行此 benchmark_model{0}：手机运行的是 {1}。</translation>
    </message>
    <message>
        <source>Choose a benchmark_model built for this phone.</source>
        <translation>请选择为此手机构建的 benchmark_model。</translation>
    </message>
    <message>
        <source>The phone refuses to execute benchmark_model: permission denied.</source>
        <translation>手机拒绝执行 benchmark_model：权限不足。</translation>
    </message>
    <message>
        <source>Some phones forbid programs in /data/local/tmp: allow &apos;Install via USB&apos; in the developer options.</source>
        <translation>有些手机禁止运行 /data/local/tmp 中的程序：请在开发者选项中允许“USB 安装”。</translation>
    </message>
    <message>
        <source>The phone can&apos;t start benchmark_model: {0}.</source>
        <translation>手机无法启动 benchmark_model：{0}。</translation>
    </message>
    <message>
        <source>Inputs that are text can&apos;t be given to benchmark_model.</source>
        <translation>无法向 benchmark_model 提供文本输入。</translation>
    </message>
    <message>
        <source>benchmark_model wrote its profile as a table, not as the protocol buffer it was asked for.</source>
        <translation>benchmark_model 把分析结果写成了表格，而不是所要求的 protocol buffer。</translation>
    </message>
    <message>
        <source>This build is too old for profiles: choose a newer benchmark_model.</source>
        <translation>此版本过旧，无法分析：请选择更新的 benchmark_model。</translation>
    </message>
    <message>
        <source>The profile that benchmark_model wrote holds no operators.</source>
        <translation>benchmark_model 写出的分析结果中没有算子。</translation>
    </message>
    <message>
        <source>This build may lack profiling: choose another benchmark_model.</source>
        <translation>此版本可能不含分析功能：请选择其他 benchmark_model。</translation>
    </message>
    <message>
        <source>The LiteRT runtime (ai-edge-litert) is not installed, so profiles can&apos;t be read here.</source>
        <translation>未安装 LiteRT 运行时（ai-edge-litert），因此无法在此读取分析结果。</translation>
    </message>
    <message>
        <source>The profile that benchmark_model wrote is damaged.</source>
        <translation>benchmark_model 写出的分析结果已损坏。</translation>
    </message>
    <message>
        <source>Measure again.</source>
        <translation>请重新测量。</translation>
    </message>
    <message>
        <source>&apos;{0}&apos; is no address of an adb server.</source>
        <translation>“{0}”不是 adb 服务器的地址。</translation>
    </message>
    <message>
        <source>Give host:port.</source>
        <translation>请填写“主机:端口”。</translation>
    </message>
    <message>
        <source>The program on {0} wasn&apos;t done after {1} seconds and was ended.</source>
        <translation>{0} 上的程序在 {1} 秒后仍未完成，已被结束。</translation>
    </message>
    <message>
        <source>The program on {0} was ended by the phone; it said: {1}.</source>
        <translation>{0} 上的程序被手机结束；它报告：{1}。</translation>
    </message>
    <message>
        <source>The phone may be short of memory, or have restarted.</source>
        <translation>手机可能内存不足，或已重启。</translation>
    </message>
    <message>
        <source>The phone doesn&apos;t tell what it is: its properties can&apos;t be read.</source>
        <translation>手机没有说明自己的型号：无法读取其属性。</translation>
    </message>
    <message>
        <source>There is no benchmark_model for {0} ({1}) yet.</source>
        <translation>还没有适用于 {0}（{1}）的 benchmark_model。</translation>
    </message>
    <message>
        <source>Let Quantscope download the official one: &apos;quantscope devices --fetch {0}&apos;, or choose a file: &apos;--benchmark-model&apos;.</source>
        <translation>让 Quantscope 下载官方版本：“quantscope devices --fetch {0}”，或选择一个文件：“--benchmark-model”。</translation>
    </message>
    <message>
        <source>benchmark_model wrote no profile.</source>
        <translation>benchmark_model 没有写出分析结果。</translation>
    </message>
    <message>
        <source>This build may lack profiling: choose another.</source>
        <translation>此版本可能不含分析功能：请另选一个。</translation>
    </message>
    <message>
        <source>{0} has no room for Quantscope&apos;s files: {1}.</source>
        <translation>{0} 上没有空间存放 Quantscope 的文件：{1}。</translation>
    </message>
    <message>
        <source>Free some space on the phone; /data/local/tmp must be writable.</source>
        <translation>请在手机上腾出空间；/data/local/tmp 必须可写。</translation>
    </message>
    <message>
        <source>What arrived on {0} isn&apos;t what was sent.</source>
        <translation>{0} 收到的内容与发送的不同。</translation>
    </message>
    <message>
        <source>Try another cable, or check the phone&apos;s storage.</source>
        <translation>请换一根数据线，或检查手机的存储。</translation>
    </message>
    <message>
        <source>{0} can&apos;t keep the file: {1}.</source>
        <translation>{0} 无法保存文件：{1}。</translation>
    </message>
    <message>
        <source>The runtime on this computer has no delegate &apos;{0}&apos;.</source>
        <translation>此计算机上的运行时没有委托“{0}”。</translation>
    </message>
    <message>
        <source>Choose one of: {0}.</source>
        <translation>请从以下选择：{0}。</translation>
    </message>
    <message>
        <source>The steps of the model differ from run to run, so they can&apos;t be told apart.</source>
        <translation>模型的步骤每次运行都不同，因此无法区分。</translation>
    </message>
    <message>
        <source>There is nothing to measure.</source>
        <translation>没有可测量的内容。</translation>
    </message>
    <message>
        <source>Give a model and a device.</source>
        <translation>请给出一个模型和一台设备。</translation>
    </message>
    <message>
        <source>A device is named twice.</source>
        <translation>有设备被指定了两次。</translation>
    </message>
    <message>
        <source>Name each device once.</source>
        <translation>每台设备只指定一次。</translation>
    </message>
    <message>
        <source>A model is named twice.</source>
        <translation>有模型被指定了两次。</translation>
    </message>
    <message>
        <source>Name each model once.</source>
        <translation>每个模型只指定一次。</translation>
    </message>
    <message>
        <source>A model can&apos;t run on {0} threads.</source>
        <translation>模型无法以 {0} 个线程运行。</translation>
    </message>
    <message>
        <source>Ask for one or more.</source>
        <translation>请指定一个或更多。</translation>
    </message>
    <message>
        <source>There are no cores &apos;{0}&apos;.</source>
        <translation>没有“{0}”这种核心。</translation>
    </message>
    <message>
        <source>There is no delegate &apos;{0}&apos;.</source>
        <translation>没有委托“{0}”。</translation>
    </message>
    <message>
        <source>Neither seconds nor a number of runs was asked for.</source>
        <translation>既未指定秒数，也未指定运行次数。</translation>
    </message>
    <message>
        <source>Ask for one of them.</source>
        <translation>请指定其中之一。</translation>
    </message>
    <message>
        <source>Nothing can be measured in no time.</source>
        <translation>零时间内无法测量任何内容。</translation>
    </message>
    <message>
        <source>Ask for at least one run, or for more than 0 seconds.</source>
        <translation>请至少运行一次，或指定大于 0 的秒数。</translation>
    </message>
    <message>
        <source>There is no measurement number {0}.</source>
        <translation>没有编号为 {0} 的测量。</translation>
    </message>
    <message>
        <source>List them with &apos;quantscope history&apos;.</source>
        <translation>用“quantscope history”列出它们。</translation>
    </message>
    <message>
        <source>The history can&apos;t be used: {0}.</source>
        <translation>无法使用历史记录：{0}。</translation>
    </message>
    <message>
        <source>Try again; free some disk space.</source>
        <translation>请腾出磁盘空间后重试。</translation>
    </message>
    <message>
        <source>The history in &apos;{0}&apos; can&apos;t be used: {1}.</source>
        <translation>无法使用“{0}”中的历史记录：{1}。</translation>
    </message>
    <message>
        <source>The history &apos;{0}&apos; was written by a later version of Quantscope; it is left alone.</source>
        <translation>历史记录“{0}”由更新版本的 Quantscope 写入；不会改动它。</translation>
    </message>
    <message>
        <source>Update Quantscope to see it.</source>
        <translation>请更新 Quantscope 以查看它。</translation>
    </message>
    <message>
        <source>The history &apos;{0}&apos; can&apos;t be made: {1}.</source>
        <translation>无法创建历史记录“{0}”：{1}。</translation>
    </message>
    <message>
        <source>Measurement number {0} can&apos;t be read: {1}.</source>
        <translation>无法读取编号为 {0} 的测量：{1}。</translation>
    </message>
    <message>
        <source>Another Quantscope is using the history right now.</source>
        <translation>另一个 Quantscope 正在使用历史记录。</translation>
    </message>
    <message>
        <source>Try again.</source>
        <translation>请重试。</translation>
    </message>
    <message>
        <source>One of the two has no latencies to compare.</source>
        <translation>两者之一没有可比较的延迟。</translation>
    </message>
    <message>
        <source>A history can&apos;t be exported to &apos;{0}&apos;.</source>
        <translation>无法将历史记录导出到“{0}”。</translation>
    </message>
    <message>
        <source>Name a .csv or a .json file.</source>
        <translation>请指定 .csv 或 .json 文件。</translation>
    </message>
    <message>
        <source>This device doesn&apos;t tell its battery&apos;s current.</source>
        <translation>此设备不提供电池电流。</translation>
    </message>
    <message>
        <source>It was charging: the battery&apos;s current then says nothing about what it used.</source>
        <translation>设备在充电：此时电池电流不能说明其耗电。</translation>
    </message>
    <message>
        <source>Energy can be known from two minutes of measuring on battery or more.</source>
        <translation>须在电池供电下测量至少两分钟才能得知能耗。</translation>
    </message>
    <message>
        <source>Variants took turns, so the battery&apos;s current can&apos;t be told apart; measure one variant alone.</source>
        <translation>各变体轮流测量，无法区分电池电流；请单独测量一个变体。</translation>
    </message>
    <message>
        <source>&apos;{0}&apos; is no size for the history.</source>
        <translation>“{0}”不是历史记录的大小。</translation>
    </message>
    <message>
        <source>A history can&apos;t be limited to {0} bytes.</source>
        <translation>历史记录的上限不能是 {0} 字节。</translation>
    </message>
    <message>
        <source>Give one such as 500MB or 2GB.</source>
        <translation>请给出如 500MB 或 2GB 的大小。</translation>
    </message>
    <message>
        <source>Install it with &apos;sudo apt install adb&apos; (Debian, Ubuntu) or &apos;sudo dnf install android-tools&apos; (Fedora)</source>
        <translation>用“sudo apt install adb”（Debian、Ubuntu）或“sudo dnf install android-tools”（Fedora）安装</translation>
    </message>
    <message>
        <source>Install it with &apos;brew install android-platform-tools&apos;</source>
        <translation>用“brew install android-platform-tools”安装</translation>
    </message>
    <message>
        <source>Install it with &apos;winget install Google.PlatformTools&apos;</source>
        <translation>用“winget install Google.PlatformTools”安装</translation>
    </message>
    <message>
        <source>Install Android&apos;s platform tools</source>
        <translation>安装 Android 平台工具</translation>
    </message>
    <message>
        <source>There is no file &apos;{0}&apos;.</source>
        <translation>没有文件“{0}”。</translation>
    </message>
    <message>
        <source>&apos;{0}&apos; may not be read by you.</source>
        <translation>你无权读取“{0}”。</translation>
    </message>
    <message>
        <source>Change the file&apos;s permissions.</source>
        <translation>请更改该文件的权限。</translation>
    </message>
    <message>
        <source>&apos;{0}&apos; is a folder, not a .tflite file.</source>
        <translation>“{0}”是文件夹，不是 .tflite 文件。</translation>
    </message>
    <message>
        <source>Choose the .tflite file inside it.</source>
        <translation>请选择其中的 .tflite 文件。</translation>
    </message>
    <message>
        <source>&apos;{0}&apos; is a pipe, not a .tflite file.</source>
        <translation>“{0}”是管道，不是 .tflite 文件。</translation>
    </message>
    <message>
        <source>Save the model to a file first.</source>
        <translation>请先将模型存为文件。</translation>
    </message>
    <message>
        <source>&apos;{0}&apos; is not a TensorFlow Lite model.</source>
        <translation>“{0}”不是 TensorFlow Lite 模型。</translation>
    </message>
    <message>
        <source>&apos;{0}&apos; is not a TensorFlow Lite model: it holds only {1} bytes.</source>
        <translation>“{0}”不是 TensorFlow Lite 模型：它只有 {1} 字节。</translation>
    </message>
    <message>
        <source>Open a .tflite file.</source>
        <translation>请打开 .tflite 文件。</translation>
    </message>
    <message>
        <source>&apos;{0}&apos; has schema version {1}; only version {2} is known.</source>
        <translation>“{0}”的 schema 版本是 {1}；只认识版本 {2}。</translation>
    </message>
    <message>
        <source>&apos;{0}&apos; holds no subgraph.</source>
        <translation>“{0}”中没有子图。</translation>
    </message>
    <message>
        <source>&apos;{0}&apos; keeps its weights in other files, which Quantscope can&apos;t read yet.</source>
        <translation>“{0}”的权重存放在其他文件中，Quantscope 尚不能读取。</translation>
    </message>
    <message>
        <source>The model keeps weights in other files, which Quantscope can&apos;t read yet.</source>
        <translation>该模型的权重存放在其他文件中，Quantscope 尚不能读取。</translation>
    </message>
    <message>
        <source>The model keeps options of operators outside the flatbuffer.</source>
        <translation>该模型将算子的选项存放在 flatbuffer 之外。</translation>
    </message>
    <message>
        <source>Convert the model again with a current converter.</source>
        <translation>请用最新的转换器重新转换模型。</translation>
    </message>
    <message>
        <source>Tensor &apos;{0}&apos; has data type {1}, which the installed runtime doesn&apos;t know.</source>
        <translation>张量“{0}”的数据类型是 {1}，已安装的运行时不认识。</translation>
    </message>
    <message>
        <source>Update ai-edge-litert.</source>
        <translation>请更新 ai-edge-litert。</translation>
    </message>
    <message>
        <source>The model file is damaged: {0}.</source>
        <translation>模型文件已损坏：{0}。</translation>
    </message>
    <message>
        <source>The model has more parts than can be read ({0}).</source>
        <translation>模型的组成部分太多，无法读取（{0}）。</translation>
    </message>
    <message>
        <source>The model&apos;s lists are too long to be read ({0}).</source>
        <translation>模型中的列表太长，无法读取（{0}）。</translation>
    </message>
    <message>
        <source>Get a fresh copy of the file or convert it again.</source>
        <translation>请重新获取该文件，或重新转换。</translation>
    </message>
    <message>
        <source>Weights overlap other parts of the model file, so it can&apos;t be rewritten.</source>
        <translation>权重与模型文件的其他部分重叠，因此无法改写。</translation>
    </message>
    <message>
        <source>Parts of the model file overlap, so it can&apos;t be rewritten.</source>
        <translation>模型文件的一些部分相互重叠，因此无法改写。</translation>
    </message>
    <message>
        <source>The output &apos;{0}&apos; is {1}.</source>
        <translation>输出“{0}”是{1}。</translation>
    </message>
    <message>
        <source>a folder</source>
        <translation>文件夹</translation>
    </message>
    <message>
        <source>not an ordinary file</source>
        <translation>特殊文件</translation>
    </message>
    <message>
        <source>The output is the input itself, which is never changed.</source>
        <translation>输出就是输入本身，而输入从不改动。</translation>
    </message>
    <message>
        <source>Give another output file.</source>
        <translation>请换一个输出文件。</translation>
    </message>
    <message>
        <source>the disk is full</source>
        <translation>磁盘已满</translation>
    </message>
    <message>
        <source>your disk quota is used up</source>
        <translation>你的磁盘配额已用完</translation>
    </message>
    <message>
        <source>you may not write there</source>
        <translation>你无权在那里写入</translation>
    </message>
    <message>
        <source>the file system is read-only</source>
        <translation>文件系统是只读的</translation>
    </message>
    <message>
        <source>the folder doesn&apos;t exist</source>
        <translation>文件夹不存在</translation>
    </message>
    <message>
        <source>Free some space or choose another folder.</source>
        <translation>请腾出一些空间，或换一个文件夹。</translation>
    </message>
    <message>
        <source>Choose another folder.</source>
        <translation>请换一个文件夹。</translation>
    </message>
    <message>
        <source>Create it or choose another folder.</source>
        <translation>请创建它，或换一个文件夹。</translation>
    </message>
    <message>
        <source>The model has no operator {0} in subgraph {1}.</source>
        <translation>该模型的子图 {1} 中没有算子 {0}。</translation>
    </message>
    <message>
        <source>&apos;quantscope inspect&apos; lists what there is.</source>
        <translation>“quantscope inspect”会列出所有算子。</translation>
    </message>
    <message>
        <source>The model has no subgraph {0}.</source>
        <translation>该模型没有子图 {0}。</translation>
    </message>
    <message>
        <source>Choose one of its subgraphs.</source>
        <translation>请选择其中的一个子图。</translation>
    </message>
    <message>
        <source>Cancelled.</source>
        <translation>已取消。</translation>
    </message>
    <message>
        <source>The LiteRT runtime (ai-edge-litert) is not installed, so models can&apos;t be read or run here.</source>
        <translation>未安装 LiteRT 运行时（ai-edge-litert），因此无法在此读取或运行模型。</translation>
    </message>
    <message>
        <source>The LiteRT runtime (ai-edge-litert) is not installed, so models can&apos;t be run here.</source>
        <translation>未安装 LiteRT 运行时（ai-edge-litert），因此无法在此运行模型。</translation>
    </message>
    <message>
        <source>Install it with &apos;pip install ai-edge-litert&apos;. There is no build for Intel Macs or 32-bit systems.</source>
        <translation>请用“pip install ai-edge-litert”安装。没有适用于 Intel Mac 或 32 位系统的版本。</translation>
    </message>
    <message>
        <source>The runtime refuses the model: {0}</source>
        <translation>运行时拒绝该模型：{0}</translation>
    </message>
    <message>
        <source>The runtime crashed on the model ({0}).</source>
        <translation>运行时在该模型上崩溃了（{0}）。</translation>
    </message>
    <message>
        <source>The runtime crashed on the model (exit code {0}). {1}</source>
        <translation>运行时在该模型上崩溃了（退出代码 {0}）。{1}</translation>
    </message>
    <message>
        <source>Report the model file: a runtime must never crash.</source>
        <translation>请报告该模型文件：运行时绝不应崩溃。</translation>
    </message>
    <message>
        <source>The process that runs the model answered nonsense: {0}.</source>
        <translation>运行模型的进程的应答无法理解：{0}。</translation>
    </message>
    <message>
        <source>It was still running after {0} s.</source>
        <translation>{0} 秒后它仍在运行。</translation>
    </message>
    <message>
        <source>The quantized model failed its check, so it was not kept. {0}</source>
        <translation>量化后的模型未通过检查，因此没有保留。{0}</translation>
    </message>
    <message>
        <source>Try another recipe or target, and report this: it should not happen.</source>
        <translation>请换用其他方案或目标，并报告此问题：这不应发生。</translation>
    </message>
    <message>
        <source>The source model itself can&apos;t be run here, so a quantized one can&apos;t be checked. {0}</source>
        <translation>源模型本身无法在此运行，因此无法检查量化后的模型。{0}</translation>
    </message>
    <message>
        <source>The model has no operators, so there is nothing to quantize.</source>
        <translation>该模型没有算子，因此没有可量化的内容。</translation>
    </message>
    <message>
        <source>The model is already quantized: none of its float weights is left to do.</source>
        <translation>该模型已经量化：没有剩下可处理的浮点权重。</translation>
    </message>
    <message>
        <source>The model stores its weights in 16 bits already: a recipe with 8-bit weights makes them smaller.</source>
        <translation>该模型的权重已经以 16 位存储：使用 8 位权重的方案可使其更小。</translation>
    </message>
    <message>
        <source>The recipe {0} finds nothing to do: no float weight that it covers is large enough.</source>
        <translation>方案 {0} 无事可做：它涉及的浮点权重都不够大。</translation>
    </message>
    <message>
        <source>Each operator&apos;s reason says why.</source>
        <translation>每个算子的原因说明了为什么。</translation>
    </message>
    <message>
        <source>There is no recipe &apos;{0}&apos;.</source>
        <translation>没有方案“{0}”。</translation>
    </message>
    <message>
        <source>Choose one of {0}, or give a .json file.</source>
        <translation>请选择 {0} 之一，或提供 .json 文件。</translation>
    </message>
    <message>
        <source>&apos;{0}&apos; is not a recipe: {1}.</source>
        <translation>“{0}”不是方案：{1}。</translation>
    </message>
    <message>
        <source>The litert-quantizer recipe has no entries, so it asks for nothing.</source>
        <translation>该 litert-quantizer 方案没有条目，因此没有任何要求。</translation>
    </message>
    <message>
        <source>Entry {0} of the litert-quantizer recipe asks for {1}, which Quantscope doesn&apos;t know.</source>
        <translation>该 litert-quantizer 方案的第 {0} 条要求 {1}，Quantscope 不认识。</translation>
    </message>
    <message>
        <source>Take the entry out, or write the recipe in Quantscope&apos;s own form.</source>
        <translation>请去掉该条目，或用 Quantscope 自己的形式编写方案。</translation>
    </message>
    <message>
        <source>{0} can&apos;t be written for litert-quantizer: it {1}.</source>
        <translation>无法为 litert-quantizer 写出{0}：它{1}。</translation>
    </message>
    <message>
        <source>The default setting</source>
        <translation>默认设置</translation>
    </message>
    <message>
        <source>Rule {0}</source>
        <translation>规则 {0}</translation>
    </message>
    <message>
        <source>picks operators by index or subgraph</source>
        <translation>按编号或子图选择算子</translation>
    </message>
    <message>
        <source>changes a setting without naming a precision</source>
        <translation>更改设置却没有指明精度</translation>
    </message>
    <message>
        <source>picks operators by the pattern &apos;{0}&apos;</source>
        <translation>按模式“{0}”选择算子</translation>
    </message>
    <message>
        <source>picks operators by their names in more than one way</source>
        <translation>以多种方式按名称选择算子</translation>
    </message>
    <message>
        <source>asks for the algorithm &apos;{0}&apos;</source>
        <translation>要求算法“{0}”</translation>
    </message>
    <message>
        <source>weights that it doesn&apos;t describe</source>
        <translation>未加描述的权重</translation>
    </message>
    <message>
        <source>{0}-bit {1} weights computed as {2}</source>
        <translation>以 {2} 计算的 {0} 位 {1} 权重</translation>
    </message>
    <message>
        <source>the algorithm &apos;{0}&apos;</source>
        <translation>算法“{0}”</translation>
    </message>
    <message>
        <source>the granularity &apos;{0}&apos;</source>
        <translation>粒度“{0}”</translation>
    </message>
    <message>
        <source>the regular expression &apos;{0}&apos; ({1})</source>
        <translation>正则表达式“{0}”（{1}）</translation>
    </message>
    <message>
        <source>Change or leave out that rule.</source>
        <translation>请修改或去掉该规则。</translation>
    </message>
    <message>
        <source>There is no target &apos;{0}&apos;.</source>
        <translation>没有目标“{0}”。</translation>
    </message>
    <message>
        <source>Choose one of {0}.</source>
        <translation>请选择 {0} 之一。</translation>
    </message>
    <message>
        <source>Weight &apos;{0}&apos; holds infinite or NaN values and can&apos;t be quantized.</source>
        <translation>权重“{0}”含有无穷或 NaN 值，无法量化。</translation>
    </message>
    <message>
        <source>Check how the model was trained.</source>
        <translation>请检查模型的训练过程。</translation>
    </message>
    <message>
        <source>The calibration was made with another model.</source>
        <translation>该校准是用另一个模型做的。</translation>
    </message>
    <message>
        <source>Calibrate this model anew.</source>
        <translation>请为此模型重新校准。</translation>
    </message>
    <message>
        <source>&apos;{0}&apos; holds no calibration: {1}.</source>
        <translation>“{0}”中没有校准数据：{1}。</translation>
    </message>
    <message>
        <source>&apos;{0}&apos; has schema &apos;{1}&apos;; only &apos;{2}&apos; is known.</source>
        <translation>“{0}”的 schema 是“{1}”；只认识“{2}”。</translation>
    </message>
    <message>
        <source>Calibrate anew.</source>
        <translation>请重新校准。</translation>
    </message>
    <message>
        <source>{0} samples can&apos;t calibrate a model.</source>
        <translation>{0} 个样本无法校准模型。</translation>
    </message>
    <message>
        <source>The model gave no finite value on any sample.</source>
        <translation>该模型在所有样本上都没有给出有限的值。</translation>
    </message>
    <message>
        <source>Check the data.</source>
        <translation>请检查数据。</translation>
    </message>
    <message>
        <source>&apos;{0}&apos; is not an ordinary file.</source>
        <translation>“{0}”不是普通文件。</translation>
    </message>
    <message>
        <source>Choose an .npz or .npy file.</source>
        <translation>请选择 .npz 或 .npy 文件。</translation>
    </message>
    <message>
        <source>&apos;{0}&apos; is neither an .npz nor an .npy file.</source>
        <translation>“{0}”既不是 .npz 文件也不是 .npy 文件。</translation>
    </message>
    <message>
        <source>&apos;{0}&apos; can&apos;t be read as .npz or .npy: {1}.</source>
        <translation>无法将“{0}”作为 .npz 或 .npy 读取：{1}。</translation>
    </message>
    <message>
        <source>Save it with numpy.savez or numpy.save.</source>
        <translation>请用 numpy.savez 或 numpy.save 保存。</translation>
    </message>
    <message>
        <source>The array &apos;{0}&apos; in &apos;{1}&apos; takes more room than the disk has.</source>
        <translation>“{1}”中的数组“{0}”所需空间超过磁盘容量。</translation>
    </message>
    <message>
        <source>&apos;{0}&apos; holds one array, but the model has {1} inputs.</source>
        <translation>“{0}”只有一个数组，而模型有 {1} 个输入。</translation>
    </message>
    <message>
        <source>Save arrays named after the inputs together, with numpy.savez.</source>
        <translation>请用 numpy.savez 将以输入命名的数组一起保存。</translation>
    </message>
    <message>
        <source>&apos;{0}&apos; has no array for input &apos;{1}&apos; (it has {2}).</source>
        <translation>“{0}”中没有输入“{1}”的数组（其中有 {2}）。</translation>
    </message>
    <message>
        <source>&apos;{0}&apos; has no array &apos;{1}&apos; for the signature &apos;{2}&apos;.</source>
        <translation>“{0}”中没有签名“{2}”的数组“{1}”。</translation>
    </message>
    <message>
        <source>Name the arrays after the model&apos;s inputs.</source>
        <translation>请以模型的输入为数组命名。</translation>
    </message>
    <message>
        <source>The arrays in &apos;{0}&apos; hold different numbers of samples, or none: {1}.</source>
        <translation>“{0}”中各数组的样本数不同，或没有样本：{1}。</translation>
    </message>
    <message>
        <source>The arrays for &apos;{0}&apos; in &apos;{1}&apos; hold different numbers of samples, or none.</source>
        <translation>“{1}”中“{0}”的各数组的样本数不同，或没有样本。</translation>
    </message>
    <message>
        <source>Samples in &apos;{0}&apos; have shape {1}; input &apos;{2}&apos; takes {3}.</source>
        <translation>“{0}”中样本的形状是 {1}；输入“{2}”需要 {3}。</translation>
    </message>
    <message>
        <source>The first axis of each array is the samples; each sample may come with or without the batch axis.</source>
        <translation>每个数组的第一轴是样本；每个样本可以带或不带批次轴。</translation>
    </message>
    <message>
        <source>&apos;{0}&apos; holds {1} for input &apos;{2}&apos;, which takes {3}: values would change.</source>
        <translation>“{0}”中输入“{2}”的数据是 {1}，而它需要 {3}：数值会改变。</translation>
    </message>
    <message>
        <source>Convert the array to {0} yourself.</source>
        <translation>请自行将数组转换为 {0}。</translation>
    </message>
    <message>
        <source>Input &apos;{0}&apos; takes {1} values, which can&apos;t be generated.</source>
        <translation>输入“{0}”需要 {1} 类型的值，无法生成。</translation>
    </message>
    <message>
        <source>{0} samples can&apos;t be compared.</source>
        <translation>无法比较 {0} 个样本。</translation>
    </message>
    <message>
        <source>Operators can&apos;t be looked at on {0} samples.</source>
        <translation>无法在 {0} 个样本上查看算子。</translation>
    </message>
    <message>
        <source>{0} operators can&apos;t be tried.</source>
        <translation>无法尝试 {0} 个算子。</translation>
    </message>
    <message>
        <source>The two models have different inputs or outputs.</source>
        <translation>两个模型的输入或输出不同。</translation>
    </message>
    <message>
        <source>Output &apos;{0}&apos; has shape {1} in one, {2} in the other.</source>
        <translation>输出“{0}”在一个模型中的形状是 {1}，在另一个中是 {2}。</translation>
    </message>
    <message>
        <source>Give versions of one model.</source>
        <translation>请提供同一模型的不同版本。</translation>
    </message>
    <message>
        <source>The model has no signature &apos;{0}&apos; (it has {1}).</source>
        <translation>该模型没有签名“{0}”（其中有 {1}）。</translation>
    </message>
    <message>
        <source>The quantized model has no signature &apos;{0}&apos; in the same place.</source>
        <translation>量化后的模型在同一位置没有签名“{0}”。</translation>
    </message>
    <message>
        <source>The data has no arrays for the signature &apos;{0}&apos;.</source>
        <translation>数据中没有签名“{0}”的数组。</translation>
    </message>
    <message>
        <source>Name arrays after the signature and its inputs: {0}</source>
        <translation>请按签名及其输入为数组命名：{0}</translation>
    </message>
    <message>
        <source>There are no labels for generated inputs.</source>
        <translation>生成的输入没有标签。</translation>
    </message>
    <message>
        <source>Give a data file, too.</source>
        <translation>请同时提供数据文件。</translation>
    </message>
    <message>
        <source>The labels in &apos;{0}&apos; aren&apos;t numbers of the {1} classes of the first output.</source>
        <translation>“{0}”中的标签不是第一个输出的 {1} 个类别的编号。</translation>
    </message>
    <message>
        <source>Give a metric of your own that knows what they mean.</source>
        <translation>请提供你自己的、理解其含义的指标。</translation>
    </message>
    <message>
        <source>&apos;{0}&apos; has no array &apos;{1}&apos; for labels.</source>
        <translation>“{0}”中没有作为标签的数组“{1}”。</translation>
    </message>
    <message>
        <source>Name one of its arrays.</source>
        <translation>请指定其中的一个数组。</translation>
    </message>
    <message>
        <source>&apos;{0}&apos; has fewer labels in &apos;{1}&apos; than the {2} samples.</source>
        <translation>“{0}”的“{1}”中的标签少于 {2} 个样本。</translation>
    </message>
    <message>
        <source>No operator gives {0}.</source>
        <translation>没有算子产生{0}。</translation>
    </message>
    <message>
        <source>The model has no {0}.</source>
        <translation>该模型没有{0}。</translation>
    </message>
    <message>
        <source>tensor {0} of subgraph {1}</source>
        <translation>子图 {1} 的张量 {0}</translation>
    </message>
    <message>
        <source>Tensor {0} of subgraph {1} has no values. {2}</source>
        <translation>子图 {1} 的张量 {0} 没有值。{2}</translation>
    </message>
    <message>
        <source>The operator that gives {0} can&apos;t be watched. {1}</source>
        <translation>无法观察产生{0}的算子。{1}</translation>
    </message>
    <message>
        <source>Choose an operator&apos;s output; inspect --operator shows weights.</source>
        <translation>请选择算子的输出；权重可在检查器中查看。</translation>
    </message>
    <message>
        <source>inspect --json lists all tensors.</source>
        <translation>“inspect --json”会列出所有张量。</translation>
    </message>
    <message>
        <source>Give other data.</source>
        <translation>请提供其他数据。</translation>
    </message>
    <message>
        <source>&apos;{0}&apos; doesn&apos;t name a function.</source>
        <translation>“{0}”没有指明函数。</translation>
    </message>
    <message>
        <source>Write it as file.py:function.</source>
        <translation>请写成 file.py:function。</translation>
    </message>
    <message>
        <source>The metric&apos;s file &apos;{0}&apos; doesn&apos;t exist.</source>
        <translation>指标文件“{0}”不存在。</translation>
    </message>
    <message>
        <source>&apos;{0}&apos; has no function that takes outputs and labels.</source>
        <translation>“{0}”中没有接受输出和标签的函数。</translation>
    </message>
    <message>
        <source>Write one: def metric(outputs, labels), which returns a number.</source>
        <translation>请编写一个：def metric(outputs, labels)，返回一个数。</translation>
    </message>
    <message>
        <source>&apos;{0}&apos; is too large for a Python file.</source>
        <translation>“{0}”太大，不像 Python 文件。</translation>
    </message>
    <message>
        <source>Choose the file that holds the metric.</source>
        <translation>请选择含有指标的文件。</translation>
    </message>
    <message>
        <source>&apos;{0}&apos; isn&apos;t Python: {1} (line {2}).</source>
        <translation>“{0}”不是 Python：{1}（第 {2} 行）。</translation>
    </message>
    <message>
        <source>&apos;{0}&apos; isn&apos;t Python: {1}.</source>
        <translation>“{0}”不是 Python：{1}。</translation>
    </message>
    <message>
        <source>Correct the file.</source>
        <translation>请修正该文件。</translation>
    </message>
    <message>
        <source>Choose another file.</source>
        <translation>请选择其他文件。</translation>
    </message>
    <message>
        <source>The metric &apos;{0}&apos;</source>
        <translation>指标“{0}”</translation>
    </message>
    <message>
        <source>{0} took longer than {1} seconds.</source>
        <translation>{0}用时超过 {1} 秒。</translation>
    </message>
    <message>
        <source>Allow it more time.</source>
        <translation>请给它更长的时间。</translation>
    </message>
    <message>
        <source>{0} failed: {1}</source>
        <translation>{0}失败：{1}</translation>
    </message>
    <message>
        <source>{0} ended its process (exit code {1}). {2}</source>
        <translation>{0}结束了它的进程（退出代码 {1}）。{2}</translation>
    </message>
    <message>
        <source>Output &apos;{0}&apos; has another shape in sample {1}, so the metric can&apos;t be given all of them as one array.</source>
        <translation>输出“{0}”在样本 {1} 中的形状不同，因此无法作为一个数组整体交给指标。</translation>
    </message>
    <message>
        <source>&apos;{0}&apos; is neither a file nor a folder.</source>
        <translation>“{0}”既不是文件也不是文件夹。</translation>
    </message>
    <message>
        <source>&apos;{0}&apos; is empty.</source>
        <translation>“{0}”是空文件。</translation>
    </message>
    <message>
        <source>&apos;{0}&apos; is no model of a kind that Quantscope knows.</source>
        <translation>“{0}”不是 Quantscope 认识的模型类型。</translation>
    </message>
    <message>
        <source>&apos;{0}&apos; is only the graph of a SavedModel.</source>
        <translation>“{0}”只是 SavedModel 中的计算图。</translation>
    </message>
    <message>
        <source>The folder &apos;{0}&apos; is not a SavedModel: it has no saved_model.pb.</source>
        <translation>文件夹“{0}”不是 SavedModel：其中没有 saved_model.pb。</translation>
    </message>
    <message>
        <source>&apos;{0}&apos; holds {1} SavedModels: {2}.</source>
        <translation>“{0}”中有 {1} 个 SavedModel：{2}。</translation>
    </message>
    <message>
        <source>Give a .tflite, a SavedModel folder (or its .zip or .tar), .keras, .h5, a frozen .pb, .onnx, .pt2, a TorchScript .pt, StableHLO, or a .task or .litertlm bundle.</source>
        <translation>请提供 .tflite、SavedModel 文件夹（或其 .zip、.tar）、.keras、.h5、冻结的 .pb、.onnx、.pt2、TorchScript 的 .pt、StableHLO，或 .task、.litertlm 包。</translation>
    </message>
    <message>
        <source>Give the whole SavedModel folder.</source>
        <translation>请提供整个 SavedModel 文件夹。</translation>
    </message>
    <message>
        <source>Give one of them.</source>
        <translation>请提供其中之一。</translation>
    </message>
    <message>
        <source>Check the path.</source>
        <translation>请检查路径。</translation>
    </message>
    <message>
        <source>&apos;{0}&apos; is a damaged ZIP archive: {1}.</source>
        <translation>“{0}”是损坏的 ZIP 压缩包：{1}。</translation>
    </message>
    <message>
        <source>&apos;{0}&apos; is a damaged archive: {1}.</source>
        <translation>“{0}”是损坏的压缩包：{1}。</translation>
    </message>
    <message>
        <source>&apos;{0}&apos; is an archive of {1} files, too many for a model.</source>
        <translation>“{0}”是含有 {1} 个文件的压缩包，对一个模型来说太多了。</translation>
    </message>
    <message>
        <source>&apos;{0}&apos; is an archive of over {1} files, too many for a model.</source>
        <translation>“{0}”是含有超过 {1} 个文件的压缩包，对一个模型来说太多了。</translation>
    </message>
    <message>
        <source>&apos;{0}&apos; holds too many files for a model.</source>
        <translation>“{0}”中的文件太多，不像是一个模型。</translation>
    </message>
    <message>
        <source>&apos;{0}&apos; would unpack to more than {1} MB, which no model does that is packed so small, or there isn&apos;t the room.</source>
        <translation>“{0}”解压后会超过 {1} MB：压缩得这么小的模型不会如此，或者磁盘空间不够。</translation>
    </message>
    <message>
        <source>Unpack it yourself if you trust it, and give the folder.</source>
        <translation>如果你信任它，请自行解压后提供文件夹。</translation>
    </message>
    <message>
        <source>&apos;{0}&apos; wants to write outside its folder (&apos;{1}&apos;).</source>
        <translation>“{0}”试图写到自己的文件夹之外（“{1}”）。</translation>
    </message>
    <message>
        <source>Don&apos;t trust this file.</source>
        <translation>请勿信任此文件。</translation>
    </message>
    <message>
        <source>&apos;{0}&apos; can&apos;t be unpacked: {1}.</source>
        <translation>无法解压“{0}”：{1}。</translation>
    </message>
    <message>
        <source>Free some space.</source>
        <translation>请腾出一些空间。</translation>
    </message>
    <message>
        <source>Get the file again.</source>
        <translation>请重新获取该文件。</translation>
    </message>
    <message>
        <source>&apos;{0}&apos; is damaged: {1}.</source>
        <translation>“{0}”已损坏：{1}。</translation>
    </message>
    <message>
        <source>Get the file again, or export the model anew.</source>
        <translation>请重新获取该文件，或重新导出模型。</translation>
    </message>
    <message>
        <source>&apos;{0}&apos; holds no .tflite model.</source>
        <translation>“{0}”中没有 .tflite 模型。</translation>
    </message>
    <message>
        <source>&apos;{0}&apos; holds no model &apos;{1}&apos;.</source>
        <translation>“{0}”中没有模型“{1}”。</translation>
    </message>
    <message>
        <source>&apos;{0}&apos; holds {1} models: {2}.</source>
        <translation>“{0}”中有 {1} 个模型：{2}。</translation>
    </message>
    <message>
        <source>It holds: {0}.</source>
        <translation>其中有：{0}。</translation>
    </message>
    <message>
        <source>Choose one.</source>
        <translation>请选择一个。</translation>
    </message>
    <message>
        <source>&apos;{0}&apos; is refused: {1}.</source>
        <translation>已拒绝“{0}”：{1}。</translation>
    </message>
    <message>
        <source>it has the Lambda layer &apos;{0}&apos;, whose code came with the file</source>
        <translation>它含有 Lambda 层“{0}”，其代码随文件而来</translation>
    </message>
    <message>
        <source>it is a pickled Python object, and unpickling runs whatever code is in it</source>
        <translation>它是 pickle 序列化的 Python 对象，反序列化会运行其中的任何代码</translation>
    </message>
    <message>
        <source>it holds pickled Python objects, and unpickling runs whatever code is in them</source>
        <translation>它含有 pickle 序列化的 Python 对象，反序列化会运行其中的任何代码</translation>
    </message>
    <message>
        <source>The model has a Lambda layer, whose code came with the file.</source>
        <translation>该模型含有 Lambda 层，其代码随文件而来。</translation>
    </message>
    <message>
        <source>The file is a pickled Python object; reading it runs the code in it.</source>
        <translation>该文件是 pickle 序列化的 Python 对象，读取它会运行其中的代码。</translation>
    </message>
    <message>
        <source>The file holds pickled Python objects; reading it runs the code in it.</source>
        <translation>该文件含有 pickle 序列化的 Python 对象，读取它会运行其中的代码。</translation>
    </message>
    <message>
        <source>If you trust where it comes from, allow it for this file.</source>
        <translation>如果你信任其来源，请对此文件允许。</translation>
    </message>
    <message>
        <source>&apos;{0}&apos; is a .tflite model already.</source>
        <translation>“{0}”已经是 .tflite 模型。</translation>
    </message>
    <message>
        <source>Quantize it as it is.</source>
        <translation>请直接量化。</translation>
    </message>
    <message>
        <source>The output lies in the source&apos;s own folder, which is never changed.</source>
        <translation>输出位于源模型自己的文件夹中，而那里从不改动。</translation>
    </message>
    <message>
        <source>Give another place.</source>
        <translation>请换一个位置。</translation>
    </message>
    <message>
        <source>The output &apos;{0}&apos; is a folder.</source>
        <translation>输出“{0}”是文件夹。</translation>
    </message>
    <message>
        <source>Give the name of a file.</source>
        <translation>请给出文件名。</translation>
    </message>
    <message>
        <source>There is no converter &apos;{0}&apos;.</source>
        <translation>没有名为“{0}”的转换器。</translation>
    </message>
    <message>
        <source>There are: {0}.</source>
        <translation>可用的有：{0}。</translation>
    </message>
    <message>
        <source>It is not installed.</source>
        <translation>它尚未安装。</translation>
    </message>
    <message>
        <source>It ended with code {0}.</source>
        <translation>它以代码 {0} 结束。</translation>
    </message>
    <message>
        <source>{0}, the converter for this {1}, is not installed.</source>
        <translation>{0}（用于 {1} 的转换器）尚未安装。</translation>
    </message>
    <message>
        <source>Install it with &apos;quantscope converters --install {0}&apos; ({1} GB, apart from your own Python).</source>
        <translation>请用“quantscope converters --install {0}”安装（{1} GB，与你自己的 Python 分开）。</translation>
    </message>
    <message>
        <source>&apos;{0}&apos; is not a folder of wheels.</source>
        <translation>“{0}”不是存放 wheel 包的文件夹。</translation>
    </message>
    <message>
        <source>{0} needs Python {1}, and there is none on this computer.</source>
        <translation>{0} 需要 Python {1}，而这台电脑上没有。</translation>
    </message>
    <message>
        <source>Install Python 3.{0} beside the one you have; Quantscope finds it by itself.</source>
        <translation>请在现有版本之外安装 Python 3.{0}；Quantscope 会自行找到它。</translation>
    </message>
    <message>
        <source>{0} takes {1} GB and &apos;{2}&apos; has {3} GB free.</source>
        <translation>{0} 需要 {1} GB，而“{2}”只剩 {3} GB。</translation>
    </message>
    <message>
        <source>Free some space, or set QUANTSCOPE_CONVERTERS to a folder on another disk.</source>
        <translation>请腾出一些空间，或将 QUANTSCOPE_CONVERTERS 设为其他磁盘上的文件夹。</translation>
    </message>
    <message>
        <source>Free some space, or see to its permissions.</source>
        <translation>请腾出一些空间，或检查其权限。</translation>
    </message>
    <message>
        <source>{0} can&apos;t be installed: {1}</source>
        <translation>无法安装 {0}：{1}</translation>
    </message>
    <message>
        <source>{0} can&apos;t be installed: {1}.</source>
        <translation>无法安装 {0}：{1}。</translation>
    </message>
    <message>
        <source>{0} can&apos;t be installed: no package for {1} fits this computer.</source>
        <translation>无法安装 {0}：{1} 没有适合这台电脑的软件包。</translation>
    </message>
    <message>
        <source>Give a folder that holds the wheels, or use another computer.</source>
        <translation>请提供存放 wheel 包的文件夹，或换一台电脑。</translation>
    </message>
    <message>
        <source>{0} can&apos;t be installed: its build without CUDA is only at {1}, which can&apos;t be reached.</source>
        <translation>无法安装 {0}：其不带 CUDA 的版本只在 {1}，而该地址无法访问。</translation>
    </message>
    <message>
        <source>See that this address can be reached, or give a folder that holds the wheels.</source>
        <translation>请确保能访问该地址，或提供存放 wheel 包的文件夹。</translation>
    </message>
    <message>
        <source>{0} can&apos;t be downloaded: there is no network, or the package index can&apos;t be reached.</source>
        <translation>无法下载 {0}：没有网络，或无法访问软件包索引。</translation>
    </message>
    <message>
        <source>Connect and try again, or give a folder that holds the wheels.</source>
        <translation>请连接网络后重试，或提供存放 wheel 包的文件夹。</translation>
    </message>
    <message>
        <source>The disk became full while {0} was installed.</source>
        <translation>安装 {0} 时磁盘已满。</translation>
    </message>
    <message>
        <source>Free some space and try again.</source>
        <translation>请腾出一些空间后重试。</translation>
    </message>
    <message>
        <source>&apos;{0}&apos; can&apos;t be removed: {1}.</source>
        <translation>无法删除“{0}”：{1}。</translation>
    </message>
    <message>
        <source>The converter was stopped: it had not finished after {0} s.</source>
        <translation>转换器已被停止：{0} 秒后仍未完成。</translation>
    </message>
    <message>
        <source>Allow more time.</source>
        <translation>请允许更长的时间。</translation>
    </message>
    <message>
        <source>The converter was stopped: it took more than {0} GB of memory.</source>
        <translation>转换器已被停止：占用的内存超过 {0} GB。</translation>
    </message>
    <message>
        <source>Allow more, or convert on a computer with more memory.</source>
        <translation>请放宽限制，或在内存更大的电脑上转换。</translation>
    </message>
    <message>
        <source>The converter ran out of memory.</source>
        <translation>转换器内存不足。</translation>
    </message>
    <message>
        <source>Close other programs, or convert on a computer with more memory.</source>
        <translation>请关闭其他程序，或在内存更大的电脑上转换。</translation>
    </message>
    <message>
        <source>The disk became full while the model was converted.</source>
        <translation>转换模型时磁盘已满。</translation>
    </message>
    <message>
        <source>The converter was ended from outside; when memory runs out, the system does that.</source>
        <translation>转换器被外部终止；内存耗尽时系统会这样做。</translation>
    </message>
    <message>
        <source>The converter crashed ({0}).</source>
        <translation>转换器崩溃了（{0}）。</translation>
    </message>
    <message>
        <source>The converter ended without an answer (exit code {0}).</source>
        <translation>转换器没有给出结果就结束了（退出代码 {0}）。</translation>
    </message>
    <message>
        <source>The converter answered nonsense: {0}.</source>
        <translation>转换器的应答无法理解：{0}。</translation>
    </message>
    <message>
        <source>Try again; the log says how far it came.</source>
        <translation>请重试；日志中记有它进行到了哪一步。</translation>
    </message>
    <message>
        <source>The converter refuses the model: {0}</source>
        <translation>转换器拒绝该模型：{0}</translation>
    </message>
    <message>
        <source>The converter wrote no float32 model.</source>
        <translation>转换器没有写出 float32 模型。</translation>
    </message>
    <message>
        <source>The converted model has {0} outputs, its source {1}.</source>
        <translation>转换后的模型有 {0} 个输出，源模型有 {1} 个。</translation>
    </message>
    <message>
        <source>The model uses operators that TensorFlow Lite doesn&apos;t have: {0}.</source>
        <translation>该模型使用了 TensorFlow Lite 没有的算子：{0}。</translation>
    </message>
    <message>
        <source>Allow TensorFlow&apos;s own operators; the device then needs the Flex delegate.</source>
        <translation>请允许使用 TensorFlow 自己的算子；设备上将需要 Flex 委托。</translation>
    </message>
    <message>
        <source>The model uses custom operators: {0}.</source>
        <translation>该模型使用了自定义算子：{0}。</translation>
    </message>
    <message>
        <source>The model uses an operator that TensorFlow doesn&apos;t have: {0}.</source>
        <translation>该模型使用了 TensorFlow 没有的算子：{0}。</translation>
    </message>
    <message>
        <source>The model uses operators that TensorFlow doesn&apos;t have: {0}.</source>
        <translation>该模型使用了 TensorFlow 没有的这些算子：{0}。</translation>
    </message>
    <message>
        <source>The model uses an operator that ONNX doesn&apos;t have: {0}.</source>
        <translation>该模型使用了 ONNX 没有的算子：{0}。</translation>
    </message>
    <message>
        <source>Export the model without it.</source>
        <translation>请在导出模型时去掉它。</translation>
    </message>
    <message>
        <source>Export the model without them.</source>
        <translation>请在导出模型时去掉它们。</translation>
    </message>
    <message>
        <source>Export the model without it: fixed input shapes and values often make branches unnecessary.</source>
        <translation>请在导出模型时去掉它：固定输入的形状和值后，往往就不再需要分支。</translation>
    </message>
    <message>
        <source>The file was written by a newer ONNX than the converter knows.</source>
        <translation>该文件由转换器尚不认识的更新版 ONNX 写成。</translation>
    </message>
    <message>
        <source>Export the model for an older opset (18, say).</source>
        <translation>请用较旧的 opset（例如 18）导出模型。</translation>
    </message>
    <message>
        <source>The file was written by another PyTorch than the converter&apos;s, which can&apos;t read it.</source>
        <translation>写出该文件的 PyTorch 与转换器的版本不同，因此无法读取。</translation>
    </message>
    <message>
        <source>Export the model with the converter&apos;s: {0}.</source>
        <translation>请用转换器的版本导出模型：{0}。</translation>
    </message>
    <message>
        <source>ONNX Runtime, which prepares the model for the converter, can&apos;t load it.</source>
        <translation>为转换器准备模型的 ONNX Runtime 无法加载它。</translation>
    </message>
    <message>
        <source>Export the model anew, with another opset or with fixed input shapes; the log has ONNX Runtime&apos;s words.</source>
        <translation>请换用其他 opset 或固定的输入形状重新导出模型；日志中有 ONNX Runtime 的原话。</translation>
    </message>
    <message>
        <source>A loop over a sequence needs to know all sizes, and the model leaves some open ({0}).</source>
        <translation>遍历序列的循环需要知道所有尺寸，而该模型有些尺寸未定（{0}）。</translation>
    </message>
    <message>
        <source>Fix the input shape, batch included, or allow TensorFlow&apos;s own operators.</source>
        <translation>请固定输入形状（包括批大小），或允许使用 TensorFlow 自己的算子。</translation>
    </message>
    <message>
        <source>The converter has no TensorFlow Lite form of {0}.</source>
        <translation>转换器无法用 TensorFlow Lite 表示 {0}。</translation>
    </message>
    <message>
        <source>The converter has no TensorFlow Lite form of {0} as it is used here.</source>
        <translation>按此处的用法，转换器无法用 TensorFlow Lite 表示 {0}。</translation>
    </message>
    <message>
        <source>Replace the operator in the model, or export it to ONNX and give that.</source>
        <translation>请替换模型中的该算子，或将模型导出为 ONNX 后再提供。</translation>
    </message>
    <message>
        <source>Export the model with a newer opset, or without the operator.</source>
        <translation>请用更新的 opset 导出模型，或去掉该算子。</translation>
    </message>
    <message>
        <source>Fix the input shape, or allow TensorFlow&apos;s operators.</source>
        <translation>请固定输入形状，或允许使用 TensorFlow 的算子。</translation>
    </message>
    <message>
        <source>The file needs the class {0} of your own code, which isn&apos;t here.</source>
        <translation>该文件需要你自己代码中的类 {0}，而此处没有。</translation>
    </message>
    <message>
        <source>Save the model with torch.export.save(torch.export.export(model, inputs), &apos;model.pt2&apos;).</source>
        <translation>请用 torch.export.save(torch.export.export(model, inputs), &apos;model.pt2&apos;) 保存模型。</translation>
    </message>
    <message>
        <source>The file is damaged.</source>
        <translation>该文件已损坏。</translation>
    </message>
    <message>
        <source>Export the model anew.</source>
        <translation>请重新导出模型。</translation>
    </message>
    <message>
        <source>The model has layers that only your own code knows.</source>
        <translation>该模型含有只有你自己的代码才认识的层。</translation>
    </message>
    <message>
        <source>Save it as a SavedModel from your code (model.export(&apos;folder&apos;)) and give that folder.</source>
        <translation>请在你的代码中将它存为 SavedModel（model.export(&apos;folder&apos;)），并提供该文件夹。</translation>
    </message>
    <message>
        <source>The input &apos;{0}&apos; is a {1}, which TFLite hasn&apos;t.</source>
        <translation>输入“{0}”的类型是 {1}，而 TFLite 没有该类型。</translation>
    </message>
    <message>
        <source>The input &apos;{0}&apos; leaves the size of axis {1} open.</source>
        <translation>输入“{0}”的第 {1} 轴尺寸未定。</translation>
    </message>
    <message>
        <source>Give its shape.</source>
        <translation>请给出其形状。</translation>
    </message>
    <message>
        <source>The input &apos;{0}&apos; has no shape.</source>
        <translation>输入“{0}”没有形状。</translation>
    </message>
    <message>
        <source>Give it one.</source>
        <translation>请为它指定一个形状。</translation>
    </message>
    <message>
        <source>The file doesn&apos;t say what shape the input &apos;{0}&apos; has.</source>
        <translation>文件没有说明输入“{0}”的形状。</translation>
    </message>
    <message>
        <source>Give it.</source>
        <translation>请给出该形状。</translation>
    </message>
    <message>
        <source>The model doesn&apos;t run with these shapes: {0}</source>
        <translation>该模型无法用这些形状运行：{0}</translation>
    </message>
    <message>
        <source>The input &apos;{0}&apos; is not a tensor.</source>
        <translation>输入“{0}”不是张量。</translation>
    </message>
    <message>
        <source>Export the model with tensors only.</source>
        <translation>请导出只以张量为输入的模型。</translation>
    </message>
    <message>
        <source>The input &apos;{0}&apos; is not a tensor but {1}.</source>
        <translation>输入“{0}”不是张量，而是 {1}。</translation>
    </message>
    <message>
        <source>Wrap the module in one that fixes it, and export that: torch.export.save(...).</source>
        <translation>请将该模块包进一个固定此输入的模块，再导出：torch.export.save(...)。</translation>
    </message>
    <message>
        <source>The file holds a {0}, not a whole model.</source>
        <translation>该文件中是 {0}，不是完整的模型。</translation>
    </message>
    <message>
        <source>The module has no function &apos;main&apos;.</source>
        <translation>该模块没有函数“main”。</translation>
    </message>
    <message>
        <source>Export it with jax.export.</source>
        <translation>请用 jax.export 导出。</translation>
    </message>
    <message>
        <source>The module has a loop (stablehlo.while), which the converter can&apos;t write.</source>
        <translation>该模块含有循环（stablehlo.while），转换器无法写出。</translation>
    </message>
    <message>
        <source>Unroll the loop before exporting: jax.lax.scan(..., unroll=True), or a Python loop.</source>
        <translation>请在导出前展开循环：jax.lax.scan(..., unroll=True)，或使用 Python 循环。</translation>
    </message>
    <message>
        <source>The module has an argument of type {0}.</source>
        <translation>该模块有类型为 {0} 的参数。</translation>
    </message>
    <message>
        <source>Export it with fixed shapes.</source>
        <translation>请用固定的形状导出。</translation>
    </message>
    <message>
        <source>There is no signature &apos;{0}&apos;.</source>
        <translation>没有签名“{0}”。</translation>
    </message>
    <message>
        <source>The model has: {0}.</source>
        <translation>该模型有：{0}。</translation>
    </message>
    <message>
        <source>The SavedModel has no signature, so nobody can call it.</source>
        <translation>该 SavedModel 没有签名，因此无法调用。</translation>
    </message>
    <message>
        <source>Save it again with signatures.</source>
        <translation>请带签名重新保存。</translation>
    </message>
    <message>
        <source>The HDF5 file holds weights only, not a model.</source>
        <translation>该 HDF5 文件只有权重，没有模型。</translation>
    </message>
    <message>
        <source>Save the whole model with model.save(&apos;model.keras&apos;).</source>
        <translation>请用 model.save(&apos;model.keras&apos;) 保存整个模型。</translation>
    </message>
    <message>
        <source>The graph has loops in the form of TensorFlow 1 (Enter, Merge, Exit), which the converter can&apos;t read.</source>
        <translation>计算图中含有 TensorFlow 1 形式的循环（Enter、Merge、Exit），转换器无法读取。</translation>
    </message>
    <message>
        <source>Give the SavedModel that it was frozen from, or freeze that with lower_control_flow=False.</source>
        <translation>请提供冻结前的 SavedModel，或用 lower_control_flow=False 重新冻结。</translation>
    </message>
    <message>
        <source>The graph has no inputs or no outputs.</source>
        <translation>计算图没有输入或没有输出。</translation>
    </message>
    <message>
        <source>Freeze it from its SavedModel again.</source>
        <translation>请从其 SavedModel 重新冻结。</translation>
    </message>
    <message>
        <source>The input &apos;{0}&apos; is fixed at {1}; its source leaves sizes open.</source>
        <translation>输入“{0}”已固定为 {1}；源模型中有尺寸未定。</translation>
    </message>
    <message>
        <source>The input &apos;{0}&apos; has its channels last now: {1}.</source>
        <translation>输入“{0}”的通道现在位于最后：{1}。</translation>
    </message>
    <message>
        <source>The batch size is fixed at 1: the loop over the sequence can&apos;t be converted with an open one.</source>
        <translation>批大小已固定为 1：批大小未定时无法转换遍历序列的循环。</translation>
    </message>
    <message>
        <source>TensorFlow&apos;s converter limits the state of LSTMs to ±10, its source doesn&apos;t: taken back.</source>
        <translation>TensorFlow 的转换器会把 LSTM 的状态限制在 ±10 以内，而源模型没有此限制：已去除。</translation>
    </message>
    <message>
        <source>The signature &apos;{0}&apos; could not be compared with its source: {1}</source>
        <translation>无法将签名“{0}”与源模型比较：{1}</translation>
    </message>
</context>
<context>
    <name>Figures</name>
    <message>
        <source>Model</source>
        <translation>模型</translation>
    </message>
    <message>
        <source>Device</source>
        <translation>设备</translation>
    </message>
    <message>
        <source>Median</source>
        <translation>中位数</translation>
    </message>
    <message>
        <source>95 % CI</source>
        <translation>95 % 置信区间</translation>
    </message>
    <message>
        <source>Interval of the median, by bootstrap over batches</source>
        <translation>中位数的区间，由按批自助法得出</translation>
    </message>
    <message>
        <source>p10 – p90</source>
        <translation>p10 – p90</translation>
    </message>
    <message>
        <source>Mean</source>
        <translation>均值</translation>
    </message>
    <message>
        <source>With the standard deviation</source>
        <translation>附标准差</translation>
    </message>
    <message>
        <source>Runs</source>
        <translation>运行次数</translation>
    </message>
    <message>
        <source>First</source>
        <translation>首次</translation>
    </message>
    <message>
        <source>The first inference</source>
        <translation>第一次推理</translation>
    </message>
    <message>
        <source>Loading</source>
        <translation>加载</translation>
    </message>
    <message>
        <source>Reading the model and preparing it to run</source>
        <translation>读取模型并准备运行</translation>
    </message>
    <message>
        <source>Loaded</source>
        <translation>加载后</translation>
    </message>
    <message>
        <source>Memory that loading the model took</source>
        <translation>加载模型占用的内存</translation>
    </message>
    <message>
        <source>Peak memory</source>
        <translation>峰值内存</translation>
    </message>
    <message>
        <source>The most memory the model needed, beyond the empty program&apos;s</source>
        <translation>模型所需的最大内存（不含空程序）</translation>
    </message>
    <message>
        <source>Energy</source>
        <translation>能量</translation>
    </message>
    <message>
        <source>Energy per inference, where the battery tells</source>
        <translation>每次推理的能量（若电池可提供）</translation>
    </message>
    <message>
        <source>Figures of each run</source>
        <translation>每次运行的数据</translation>
    </message>
</context>
<context>
    <name>FindBar</name>
    <message>
        <source>Find: type, name, shape, precision or reason — e.g. conv is:fallback, name:/layer_[0-3]/</source>
        <translation>查找：类型、名称、形状、精度或原因——例如 conv is:fallback、name:/layer_[0-3]/</translation>
    </message>
    <message>
        <source>Find operators</source>
        <translation>查找算子</translation>
    </message>
    <message>
        <source>All words must occur. Also type: name: precision: reason: dtype: shape: subgraph: partition: rule:
is:8bit is:fallback is:delegated is:undelegated is:weighted; a leading - excludes.
Slashes enclose a regular expression: name:/conv_[0-9]$/. Quotes enclose spaces: &quot;a b&quot;.</source>
        <translation>所有词都必须出现。还可用 type: name: precision: reason: dtype: shape: subgraph: partition: rule:
is:8bit is:fallback is:delegated is:undelegated is:weighted；前面加 - 表示排除。
斜杠之间是正则表达式：name:/conv_[0-9]$/。引号之间可以有空格：&quot;a b&quot;。</translation>
    </message>
    <message>
        <source>Previous match (Shift+F3)</source>
        <translation>上一个匹配 (Shift+F3)</translation>
    </message>
    <message>
        <source>Next match (F3)</source>
        <translation>下一个匹配 (F3)</translation>
    </message>
    <message numerus="yes">
        <source>%n operator(s)</source>
        <translation>
            <numerusform>%n 个算子</numerusform>
        </translation>
    </message>
    <message>
        <source>{place} of {found} found</source>
        <translation>第 {place} 个，共找到 {found} 个</translation>
    </message>
    <message>
        <source>{shown} of {all} operators</source>
        <translation>{shown} / {all} 个算子</translation>
    </message>
</context>
<context>
    <name>Finding</name>
    <message>
        <source>rule-matches-nothing</source>
        <translation>规则 {number} 在此模型中不匹配任何算子。</translation>
    </message>
    <message>
        <source>rule-overridden</source>
        <translation>规则 {number} 不起作用：后面的规则改掉了它所设的一切。</translation>
    </message>
    <message>
        <source>no-kernel</source>
        <translation>规则 {number} 要求 {precision}（{granularity}），而在它匹配的 {matched} 个算子中，{target} 对 {count} 个没有相应内核；各算子的原因说明了实际得到什么。</translation>
    </message>
    <message>
        <source>default-no-kernel</source>
        <translation>方案要求 {precision}（{granularity}），而 {target} 对此模型的任何算子都没有相应内核；各算子的原因说明了实际得到什么。</translation>
    </message>
    <message>
        <source>needs-calibration</source>
        <translation>方案要求 {count} 个算子使用 {precision}，这需要样本数据来测量范围；它们保持浮点。</translation>
    </message>
    <message>
        <source>int4-too-coarse</source>
        <translation>{count} 个算子的权重以 4 位存储时损失超过模型通常所能承受的程度（总计 {decibel} dB）。使用之前请与浮点比较；dynamic-int4 只把承受得住的部分存为 4 位。</translation>
    </message>
    <message>
        <source>interface-in-float</source>
        <translation>配方要求为整数的模型输入和输出中，有 {count} 个仍为浮点，首先是 {name}：那里没有以整数运行的算子，或没有观测到其数值。</translation>
    </message>
</context>
<context>
    <name>Graph</name>
    <message>
        <source>Block {number}</source>
        <translation>模块 {number}</translation>
    </message>
    <message>
        <source>Double-click to open</source>
        <translation>双击打开</translation>
    </message>
</context>
<context>
    <name>GraphBar</name>
    <message>
        <source>Back (Alt+Left)</source>
        <translation>后退 (Alt+Left)</translation>
    </message>
    <message>
        <source>Forward (Alt+Right)</source>
        <translation>前进 (Alt+Right)</translation>
    </message>
    <message>
        <source>Close all groups</source>
        <translation>收起所有分组</translation>
    </message>
    <message>
        <source>Open all groups</source>
        <translation>展开所有分组</translation>
    </message>
    <message>
        <source>Zoom out (-)</source>
        <translation>缩小 (-)</translation>
    </message>
    <message>
        <source>Zoom in (+)</source>
        <translation>放大 (+)</translation>
    </message>
    <message>
        <source>Show everything (double-click beside the operators)</source>
        <translation>显示全部(在空白处双击)</translation>
    </message>
</context>
<context>
    <name>GraphCommands</name>
    <message>
        <source>Export Graph</source>
        <translation>导出计算图</translation>
    </message>
    <message>
        <source>Vectors: SVG (*.svg)</source>
        <translation>矢量图:SVG (*.svg)</translation>
    </message>
    <message>
        <source>Pixels: PNG (*.png)</source>
        <translation>像素图:PNG (*.png)</translation>
    </message>
    <message>
        <source>Paper: PDF (*.pdf)</source>
        <translation>纸张:PDF (*.pdf)</translation>
    </message>
    <message>
        <source>Pixels for each unit. At 1 the picture has {width} × {height} pixels.</source>
        <translation>每单位的像素数。取 1 时图片为 {width} × {height} 像素。</translation>
    </message>
</context>
<context>
    <name>GraphPanel</name>
    <message>
        <source>No model</source>
        <translation>没有模型</translation>
    </message>
    <message>
        <source>Open a model to see its graph.</source>
        <translation>打开一个模型即可查看其计算图。</translation>
    </message>
    <message>
        <source>Drawing {model}…</source>
        <translation>正在绘制 {model}…</translation>
    </message>
</context>
<context>
    <name>GraphView</name>
    <message numerus="yes">
        <source>%n operator(s)</source>
        <translation>
            <numerusform>%n 个算子</numerusform>
        </translation>
    </message>
    <message>
        <source>Graph</source>
        <translation>计算图</translation>
    </message>
    <message>
        <source>The operators table lists the same operators.</source>
        <translation>算子表列出相同的算子。</translation>
    </message>
</context>
<context>
    <name>Group</name>
    <message>
        <source>Selected operators: {count}</source>
        <translation>选中的算子：{count}</translation>
    </message>
    <message>
        <source>{label} of this very shape: {count}</source>
        <translation>形状相同的 {label}：{count}</translation>
    </message>
    <message>
        <source>All {label}: {count}</source>
        <translation>所有 {label}：{count}</translation>
    </message>
    <message>
        <source>In scope {label}: {count}</source>
        <translation>作用域 {label} 内：{count}</translation>
    </message>
    <message>
        <source>All repeats of {label}: {count}</source>
        <translation>{label} 的所有重复块：{count}</translation>
    </message>
    <message>
        <source>All repeats of this block: {count}</source>
        <translation>此模块的所有重复：{count}</translation>
    </message>
    <message>
        <source>Keep float</source>
        <translation>保持浮点</translation>
    </message>
    <message>
        <source>Select</source>
        <translation>选择</translation>
    </message>
    <message>
        <source>As the recipe says</source>
        <translation>按方案</translation>
    </message>
</context>
<context>
    <name>Headline</name>
    <message>
        <source>{name} takes {time}</source>
        <translation>{name} 耗时 {time}</translation>
    </message>
    <message>
        <source>{name} is {ratio} faster (95 % CI {low} – {high})</source>
        <translation>{name} 快 {ratio}（95 % 置信区间 {low} – {high}）</translation>
    </message>
    <message>
        <source>{name} is {ratio} slower (95 % CI {low} – {high})</source>
        <translation>{name} 慢 {ratio}（95 % 置信区间 {low} – {high}）</translation>
    </message>
    <message>
        <source>{begin} – {end}</source>
        <translation>{begin} – {end}</translation>
    </message>
    <message>
        <source>since {begin}</source>
        <translation>自 {begin} 起</translation>
    </message>
    <message>
        <source>at {begin}</source>
        <translation>在 {begin}</translation>
    </message>
</context>
<context>
    <name>Help</name>
    <message>
        <source>Keyboard Shortcuts</source>
        <translation>键盘快捷键</translation>
    </message>
    <message>
        <source>Clear the filter (in its field)</source>
        <translation>清除筛选（在筛选框中）</translation>
    </message>
    <message>
        <source>From the filter to the table</source>
        <translation>从筛选框进入表格</translation>
    </message>
    <message>
        <source>Copy rows (in the table)</source>
        <translation>复制行（在表格中）</translation>
    </message>
    <message>
        <source>About Quantscope</source>
        <translation>关于 Quantscope</translation>
    </message>
    <message>
        <source>Version {version}</source>
        <translation>版本 {version}</translation>
    </message>
    <message>
        <source>Post-training quantization of TensorFlow Lite models, with reasons.</source>
        <translation>TensorFlow Lite 模型的训练后量化，并说明原因。</translation>
    </message>
    <message>
        <source>Licensed under Apache-2.0. Made with Qt {qt} (LGPL).</source>
        <translation>以 Apache-2.0 许可发布。使用 Qt {qt}（LGPL）构建。</translation>
    </message>
</context>
<context>
    <name>HistogramPlot</name>
    <message>
        <source>Values from {low} to {high}</source>
        <translation>取值从 {low} 到 {high}</translation>
    </message>
    <message>
        <source>Grey: the values now. Line: the values that quantization makes of them. Heights are logarithmic.</source>
        <translation>灰色：当前的取值。线条：量化之后的取值。高度为对数刻度。</translation>
    </message>
</context>
<context>
    <name>Historian</name>
    <message>
        <source>the history</source>
        <translation>历史记录</translation>
    </message>
</context>
<context>
    <name>History</name>
    <message>
        <source>threads: {count}</source>
        <translation>线程：{count}</translation>
    </message>
    <message>
        <source>failed</source>
        <translation>失败</translation>
    </message>
    <message>
        <source>baseline</source>
        <translation>基准</translation>
    </message>
    <message>
        <source>When</source>
        <translation>时间</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>模型</translation>
    </message>
    <message>
        <source>Recipe</source>
        <translation>方案</translation>
    </message>
    <message>
        <source>Device</source>
        <translation>设备</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>设置</translation>
    </message>
    <message>
        <source>Median</source>
        <translation>中位数</translation>
    </message>
    <message>
        <source>p10 – p90</source>
        <translation>p10 – p90</translation>
    </message>
    <message>
        <source>Speed-up</source>
        <translation>加速比</translation>
    </message>
    <message>
        <source>Kept measurements</source>
        <translation>保存的测量</translation>
    </message>
</context>
<context>
    <name>HistoryPanel</name>
    <message>
        <source>Filter: model, recipe, device or settings</source>
        <translation>筛选：模型、方案、设备或设置</translation>
    </message>
    <message>
        <source>Filter the history</source>
        <translation>筛选历史记录</translation>
    </message>
    <message>
        <source>Compare</source>
        <translation>比较</translation>
    </message>
    <message>
        <source>Compare the two chosen measurements; the upper one is held to the lower</source>
        <translation>比较选中的两次测量；以下面一次为准衡量上面一次</translation>
    </message>
    <message>
        <source>Baseline</source>
        <translation>基准</translation>
    </message>
    <message>
        <source>Hold all others on the same device to the chosen measurement</source>
        <translation>以选中的测量为基准衡量同一设备上的其他测量</translation>
    </message>
    <message>
        <source>Export…</source>
        <translation>导出…</translation>
    </message>
    <message>
        <source>Write the chosen measurements, or all that are shown, to a CSV or JSON file</source>
        <translation>把选中的（或所有显示的）测量写入 CSV 或 JSON 文件</translation>
    </message>
    <message>
        <source>Delete</source>
        <translation>删除</translation>
    </message>
    <message>
        <source>Export Measurements</source>
        <translation>导出测量结果</translation>
    </message>
    <message>
        <source>Table (*.csv)</source>
        <translation>表格 (*.csv)</translation>
    </message>
    <message>
        <source>Everything, with all samples (*.json)</source>
        <translation>全部内容，含所有样本 (*.json)</translation>
    </message>
    <message numerus="yes">
        <source>%n measurement(s) written to {path}</source>
        <translation>
            <numerusform>%n 次测量已写入 {path}</numerusform>
        </translation>
    </message>
    <message>
        <source>{name} is {speedup} as fast as {baseline} (95 % CI {low} – {high}).</source>
        <translation>{name} 的速度是 {baseline} 的 {speedup}（95 % 置信区间 {low} – {high}）。</translation>
    </message>
</context>
<context>
    <name>Inspector</name>
    <message>
        <source>Select an operator</source>
        <translation>请选择一个算子</translation>
    </message>
    <message>
        <source>Its precision, the reason for it and its tensors are shown here.</source>
        <translation>此处显示其精度、原因及张量。</translation>
    </message>
    <message>
        <source>Inspector</source>
        <translation>检查器</translation>
    </message>
</context>
<context>
    <name>JobStatus</name>
    <message>
        <source>Progress</source>
        <translation>进度</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Cancel the running job</source>
        <translation>取消正在运行的任务</translation>
    </message>
    <message>
        <source>cancelling…</source>
        <translation>正在取消…</translation>
    </message>
    <message numerus="yes">
        <source>%n waiting</source>
        <translation>
            <numerusform>%n 个等待中</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>LatencyChart</name>
    <message>
        <source>Latency of each batch</source>
        <translation>每批的延迟</translation>
    </message>
    <message>
        <source>ms per inference</source>
        <translation>每次推理毫秒数</translation>
    </message>
    <message>
        <source>seconds</source>
        <translation>秒</translation>
    </message>
</context>
<context>
    <name>LatencyPanel</name>
    <message>
        <source>Measure</source>
        <translation>测量</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>停止</translation>
    </message>
    <message>
        <source>End now and keep what was measured</source>
        <translation>现在结束并保留已测得的结果</translation>
    </message>
    <message>
        <source>Nothing measured yet</source>
        <translation>尚未测量</translation>
    </message>
    <message>
        <source>Measure runs the model and everything made from it in turns, so that heat hits all alike.</source>
        <translation>“测量”会轮流运行模型及由它生成的所有结果，使发热对各方影响相同。</translation>
    </message>
    <message>
        <source>Operators</source>
        <translation>算子</translation>
    </message>
    <message>
        <source>Where the time went</source>
        <translation>时间花在哪里</translation>
    </message>
    <message>
        <source>Figures</source>
        <translation>数据</translation>
    </message>
    <message>
        <source>History</source>
        <translation>历史</translation>
    </message>
    <message>
        <source>Nothing was measured</source>
        <translation>没有测得结果</translation>
    </message>
    <message>
        <source>Cooling down: {now} of {wanted} °C, {seconds} s at most</source>
        <translation>正在冷却：{now} / {wanted} °C，最多 {seconds} 秒</translation>
    </message>
    <message>
        <source>Measuring…</source>
        <translation>正在测量…</translation>
    </message>
    <message>
        <source>Preparing…</source>
        <translation>正在准备…</translation>
    </message>
    <message>
        <source>{name}: the operators take {sum}, {share} of an unprofiled inference</source>
        <translation>{name}：各算子共 {sum}，为未剖析推理的 {share}</translation>
    </message>
    <message>
        <source>the call itself {time}</source>
        <translation>调用本身 {time}</translation>
    </message>
    <message>
        <source>profiling itself {overhead}</source>
        <translation>剖析本身 {overhead}</translation>
    </message>
    <message>
        <source>not attributed {time}</source>
        <translation>未归属 {time}</translation>
    </message>
    <message>
        <source>Measure a model and a variant of it operator by operator: what changed is said here.</source>
        <translation>逐算子测量一个模型及其变体后，这里会说明发生了什么变化。</translation>
    </message>
</context>
<context>
    <name>LatencyTab</name>
    <message>
        <source>This computer</source>
        <translation>本机</translation>
    </message>
</context>
<context>
    <name>LimitsButton</name>
    <message>
        <source>&#x202f;min</source>
        <translation>&#x202f;分钟</translation>
    </message>
    <message>
        <source>&#x202f;GB</source>
        <translation>&#x202f;GB</translation>
    </message>
    <message>
        <source>90&#x202f;% of this computer&apos;s</source>
        <translation>本机内存的 90&#x202f;%</translation>
    </message>
    <message>
        <source>The converter is stopped when it takes more. This holds for all models.</source>
        <translation>超出时转换器会被停止。此设置适用于所有模型。</translation>
    </message>
    <message>
        <source>Time</source>
        <translation>时间</translation>
    </message>
    <message>
        <source>Memory</source>
        <translation>内存</translation>
    </message>
    <message>
        <source>Limits: {time}, memory {memory}</source>
        <translation>限制：{time}，内存 {memory}</translation>
    </message>
</context>
<context>
    <name>Log</name>
    <message>
        <source>&amp;Copy</source>
        <translation>复制(&amp;C)</translation>
    </message>
</context>
<context>
    <name>MainWindow</name>
    <message>
        <source>Open &amp;Recent</source>
        <translation>最近打开(&amp;R)</translation>
    </message>
    <message>
        <source>Open Sa&amp;mple</source>
        <translation>打开示例(&amp;M)</translation>
    </message>
    <message>
        <source>&amp;System</source>
        <translation>跟随系统(&amp;S)</translation>
    </message>
    <message>
        <source>&amp;Light</source>
        <translation>浅色(&amp;L)</translation>
    </message>
    <message>
        <source>&amp;Dark</source>
        <translation>深色(&amp;D)</translation>
    </message>
    <message>
        <source>&amp;Theme</source>
        <translation>主题(&amp;T)</translation>
    </message>
    <message>
        <source>&amp;Language</source>
        <translation>语言(&amp;L)</translation>
    </message>
    <message>
        <source>Main toolbar</source>
        <translation>主工具栏</translation>
    </message>
    <message>
        <source>Exported {path}</source>
        <translation>已导出 {path}</translation>
    </message>
    <message>
        <source>Cancelled</source>
        <translation>已取消</translation>
    </message>
    <message>
        <source>Quit Without Saving</source>
        <translation>不保存并退出</translation>
    </message>
    <message>
        <source>There is nothing to quantize: the table says why for each operator</source>
        <translation>没有可量化的内容：表格中说明了每个算子的原因</translation>
    </message>
    <message>
        <source>{name} is ready</source>
        <translation>{name} 已完成</translation>
    </message>
    <message>
        <source>Saved {path}</source>
        <translation>已保存 {path}</translation>
    </message>
    <message>
        <source>The language changes when Quantscope starts next.</source>
        <translation>语言将在下次启动 Quantscope 时更改。</translation>
    </message>
</context>
<context>
    <name>Mark</name>
    <message>
        <source>heat: status {status}</source>
        <translation>过热：状态 {status}</translation>
    </message>
    <message>
        <source>limited to {khz}</source>
        <translation>频率受限：{khz}</translation>
    </message>
    <message>
        <source>other programs {share}</source>
        <translation>其他程序 {share}</translation>
    </message>
    <message>
        <source>level {change}</source>
        <translation>水平变化 {change}</translation>
    </message>
    <message>
        <source>drift {change}</source>
        <translation>漂移 {change}</translation>
    </message>
</context>
<context>
    <name>Measurer</name>
    <message>
        <source>Measuring {model}</source>
        <translation>正在测量 {model}</translation>
    </message>
</context>
<context>
    <name>Measuring</name>
    <message>
        <source>XNNPACK</source>
        <translation>XNNPACK</translation>
    </message>
    <message>
        <source>No delegate</source>
        <translation>无委托</translation>
    </message>
    <message>
        <source>GPU</source>
        <translation>GPU</translation>
    </message>
    <message>
        <source>All cores</source>
        <translation>所有核心</translation>
    </message>
    <message>
        <source>Big cores</source>
        <translation>大核</translation>
    </message>
    <message>
        <source>Prime core</source>
        <translation>超大核</translation>
    </message>
    <message>
        <source>Random inputs</source>
        <translation>随机输入</translation>
    </message>
    <message>
        <source>Zeros</source>
        <translation>全零</translation>
    </message>
</context>
<context>
    <name>MetricButton</name>
    <message>
        <source>A Python function of yours, metric(outputs, labels), that gives a number for each model. It is a program: it runs in a process of its own, for a limited time, and may do what you may.</source>
        <translation>您自己的 Python 函数 metric(outputs, labels)，为每个模型给出一个数值。它是程序：在单独的进程中限时运行，并拥有与您相同的权限。</translation>
    </message>
    <message>
        <source>Metric…</source>
        <translation>指标…</translation>
    </message>
    <message>
        <source>{file}, in a process of its own</source>
        <translation>{file}，在单独的进程中运行</translation>
    </message>
    <message numerus="yes">
        <source>At most %n minute(s) for a model</source>
        <translation>
            <numerusform>每个模型最多 %n 分钟</numerusform>
        </translation>
    </message>
    <message>
        <source>Another file…</source>
        <translation>其他文件…</translation>
    </message>
    <message>
        <source>No metric</source>
        <translation>不使用指标</translation>
    </message>
</context>
<context>
    <name>Minimap</name>
    <message>
        <source>The whole graph; click to go there</source>
        <translation>整个计算图;点击可跳转</translation>
    </message>
</context>
<context>
    <name>ModelsTree</name>
    <message>
        <source>Models</source>
        <translation>模型</translation>
    </message>
</context>
<context>
    <name>ModelsTreeModel</name>
    <message>
        <source>not saved</source>
        <translation>未保存</translation>
    </message>
    <message>
        <source>Not saved yet. Use Save As, or drag it to a folder.</source>
        <translation>尚未保存。请使用“另存为”，或将其拖到文件夹中。</translation>
    </message>
</context>
<context>
    <name>MoreSettings</name>
    <message>
        <source>More</source>
        <translation>更多</translation>
    </message>
    <message>
        <source>Cores, inputs, number of runs, warm-up, cooling down before</source>
        <translation>核心、输入、运行次数、预热、测量前冷却</translation>
    </message>
    <message>
        <source>by seconds</source>
        <translation>按秒数</translation>
    </message>
    <message>
        <source>don&apos;t wait</source>
        <translation>不等待</translation>
    </message>
    <message>
        <source>Begin when the device is below this temperature, or after three minutes</source>
        <translation>设备低于此温度时开始，最多等三分钟</translation>
    </message>
    <message>
        <source>Runs</source>
        <translation>运行次数</translation>
    </message>
    <message>
        <source>Warm-up</source>
        <translation>预热</translation>
    </message>
    <message>
        <source>Cool down below</source>
        <translation>冷却到以下</translation>
    </message>
</context>
<context>
    <name>Notice</name>
    <message>
        <source>background-load</source>
        <translation>其他程序占用了全部核心的 {share}。</translation>
    </message>
    <message>
        <source>throttling</source>
        <translation>设备报告过热（热状态 {status}/6），可能会降速。</translation>
    </message>
    <message>
        <source>frequency-capped</source>
        <translation>核心频率被限制在 {khz}（最高可达 {highest}）。</translation>
    </message>
    <message>
        <source>level-shift</source>
        <translation>延迟发生了持续变化：{change}。</translation>
    </message>
    <message>
        <source>drift</source>
        <translation>测量期间延迟漂移了 {change}。</translation>
    </message>
    <message>
        <source>few-runs</source>
        <translation>只测量了 {count} 次运行。</translation>
    </message>
    <message>
        <source>not-pinned</source>
        <translation>本系统不允许程序选择核心，因此它可能在核心之间移动过。</translation>
    </message>
    <message>
        <source>no-fixed-performance</source>
        <translation>这部手机没有固定性能模式，测量期间频率可能变化。</translation>
    </message>
    <message>
        <source>no-gpu</source>
        <translation>这个 benchmark_model 没有 GPU 代理：测得的是 CPU。</translation>
    </message>
    <message>
        <source>no-xnnpack</source>
        <translation>benchmark_model 没有说明使用了 XNNPACK：测得的可能是内置内核。</translation>
    </message>
    <message>
        <source>unknown-flags</source>
        <translation>benchmark_model 不认识 {flags}，已忽略并继续。</translation>
    </message>
    <message>
        <source>profile-dropped</source>
        <translation>分析器的缓冲区已满，因此部分算子缺失。</translation>
    </message>
    <message>
        <source>coarse-clock</source>
        <translation>benchmark_model 以整微秒计时，对这么快的模型来说较粗。</translation>
    </message>
    <message>
        <source>own-inputs</source>
        <translation>模型无法在这台电脑上运行，因此输入由 benchmark_model 自行随意选取。</translation>
    </message>
    <message>
        <source>no-temperature</source>
        <translation>设备不提供温度，因此没有等待它冷却。</translation>
    </message>
    <message>
        <source>still-warm</source>
        <translation>等待结束时设备温度仍为 {celsius} °C，未低于 {wanted} °C。</translation>
    </message>
    <message>
        <source>history-damaged</source>
        <translation>历史记录已损坏，已另存为“{name}”，并开始了新的记录。</translation>
    </message>
    <message>
        <source>history-pruned</source>
        <translation>历史记录达到 {megabytes} MB：已忘记最旧的 {count} 条。</translation>
    </message>
    <message>
        <source>not-interleaved</source>
        <translation>两者在不同时间测量，并非轮流进行。</translation>
    </message>
    <message>
        <source>differing</source>
        <translation>它们还在以下方面不同：{names}。</translation>
    </message>
</context>
<context>
    <name>OperatorDetails</name>
    <message>
        <source>Make it</source>
        <translation>改为</translation>
    </message>
    <message>
        <source>Copy details</source>
        <translation>复制详情</translation>
    </message>
    <message>
        <source>Weights</source>
        <translation>权重</translation>
    </message>
    <message>
        <source>Inputs</source>
        <translation>输入</translation>
    </message>
    <message>
        <source>Outputs</source>
        <translation>输出</translation>
    </message>
    <message numerus="yes">
        <source>%n operators are selected; edits are for all of them.</source>
        <translation>
            <numerusform>已选中 %n 个算子；编辑对它们全部生效。</numerusform>
        </translation>
    </message>
    <message>
        <source>version {version}</source>
        <translation>版本 {version}</translation>
    </message>
    <message>
        <source>taken by the delegate</source>
        <translation>由委托执行</translation>
    </message>
    <message>
        <source>not taken by the delegate</source>
        <translation>不由委托执行</translation>
    </message>
    <message>
        <source>partition {number}</source>
        <translation>分区 {number}</translation>
    </message>
</context>
<context>
    <name>OperatorsTable</name>
    <message>
        <source>Operators</source>
        <translation>算子</translation>
    </message>
    <message>
        <source>Copy rows</source>
        <translation>复制行</translation>
    </message>
</context>
<context>
    <name>Overlays</name>
    <message>
        <source>Import Overlay</source>
        <translation>导入叠加数据</translation>
    </message>
    <message>
        <source>The overlay was not imported</source>
        <translation>未能导入叠加数据</translation>
    </message>
    <message numerus="yes">
        <source>%n operator(s) have a number in the overlay</source>
        <translation>
            <numerusform>叠加数据中有 %n 个算子的数值</numerusform>
        </translation>
    </message>
    <message>
        <source>Export for Model Explorer</source>
        <translation>为 Model Explorer 导出</translation>
    </message>
    <message>
        <source>Saved {path}</source>
        <translation>已保存 {path}</translation>
    </message>
    <message>
        <source>The overlay was not saved</source>
        <translation>未能保存叠加数据</translation>
    </message>
</context>
<context>
    <name>Panels</name>
    <message>
        <source>Models</source>
        <translation>模型</translation>
    </message>
    <message>
        <source>Inspector</source>
        <translation>检查器</translation>
    </message>
    <message>
        <source>Recipe</source>
        <translation>方案</translation>
    </message>
    <message>
        <source>Devices</source>
        <translation>设备</translation>
    </message>
</context>
<context>
    <name>Phones</name>
    <message>
        <source>Downloading benchmark_model for {abi}</source>
        <translation>正在下载用于 {abi} 的 benchmark_model</translation>
    </message>
    <message>
        <source>Cleaning {phone}</source>
        <translation>正在清理 {phone}</translation>
    </message>
    <message>
        <source>the phones</source>
        <translation>手机</translation>
    </message>
</context>
<context>
    <name>Phrase</name>
    <message>
        <source>Quantizing weights</source>
        <translation>正在量化权重</translation>
    </message>
    <message>
        <source>Calibrating on sample {0} of {1}</source>
        <translation>正在用样本校准：{0} / {1}</translation>
    </message>
    <message>
        <source>Choosing ranges</source>
        <translation>正在选择范围</translation>
    </message>
    <message>
        <source>Gathering ranges</source>
        <translation>正在汇总范围</translation>
    </message>
    <message>
        <source>Calibrated</source>
        <translation>校准完成</translation>
    </message>
    <message>
        <source>Checking the result</source>
        <translation>正在检查结果</translation>
    </message>
    <message>
        <source>Running both models</source>
        <translation>正在运行两个模型</translation>
    </message>
    <message>
        <source>Comparing sample {0} of {1}</source>
        <translation>正在比较样本 {0} / {1}</translation>
    </message>
    <message>
        <source>Preparing to look at each operator</source>
        <translation>正在准备逐个检查算子</translation>
    </message>
    <message>
        <source>Comparing operators on sample {0} of {1}</source>
        <translation>正在比较算子，样本 {0} / {1}</translation>
    </message>
    <message>
        <source>Computing metrics</source>
        <translation>正在计算指标</translation>
    </message>
    <message>
        <source>Compared</source>
        <translation>比较完成</translation>
    </message>
    <message>
        <source>Starting</source>
        <translation>正在启动</translation>
    </message>
    <message>
        <source>Measuring</source>
        <translation>正在测量</translation>
    </message>
    <message>
        <source>Preparing {0}</source>
        <translation>正在准备 {0}</translation>
    </message>
    <message>
        <source>Timing the operators of {0}</source>
        <translation>正在为 {0} 的算子计时</translation>
    </message>
    <message>
        <source>Waiting for the device to cool down from {0} to {1} °C</source>
        <translation>正在等待设备从 {0} 冷却到 {1} °C</translation>
    </message>
    <message>
        <source>thermal status {0} of 6</source>
        <translation>热状态 {0}/6</translation>
    </message>
    <message>
        <source>Profiling slowed this model so much that these times are far too long.</source>
        <translation>剖析使此模型大幅变慢，这些时间因此远远偏长。</translation>
    </message>
    <message>
        <source>The runtime&apos;s profiler refuses this model, so each operator was timed in a model of its own.</source>
        <translation>运行时的剖析器拒绝此模型，因此每个算子在单独的模型中计时。</translation>
    </message>
    <message>
        <source>battery {0}&#x202f;%</source>
        <translation>电量 {0}&#x202f;%</translation>
    </message>
    <message>
        <source>battery current {0}&#x202f;mA</source>
        <translation>电池电流 {0}&#x202f;mA</translation>
    </message>
    <message>
        <source>other programs {0}&#x202f;%</source>
        <translation>其他程序 {0}&#x202f;%</translation>
    </message>
    <message>
        <source>Copying {0} to {1}</source>
        <translation>正在将 {0} 复制到 {1}</translation>
    </message>
    <message>
        <source>Waiting up to {0}&#x202f;s for {1} to come back</source>
        <translation>等待 {1} 恢复连接，最多 {0}&#x202f;秒</translation>
    </message>
    <message>
        <source>Starting the converter</source>
        <translation>正在启动转换器</translation>
    </message>
    <message>
        <source>Reading the model</source>
        <translation>正在读取模型</translation>
    </message>
    <message>
        <source>Folding constants</source>
        <translation>正在折叠常量</translation>
    </message>
    <message>
        <source>Converting</source>
        <translation>正在转换</translation>
    </message>
    <message>
        <source>Converting for one sample at a time</source>
        <translation>正在按每次一个样本转换</translation>
    </message>
    <message>
        <source>Writing the model</source>
        <translation>正在写入模型</translation>
    </message>
    <message>
        <source>Comparing it with its source</source>
        <translation>正在与源模型比较</translation>
    </message>
    <message>
        <source>Making an environment for {0}</source>
        <translation>正在为 {0} 创建环境</translation>
    </message>
    <message>
        <source>Installing {0}</source>
        <translation>正在安装 {0}</translation>
    </message>
    <message>
        <source>Downloading {0}</source>
        <translation>正在下载 {0}</translation>
    </message>
    <message>
        <source>Unpacking {0}</source>
        <translation>正在解压 {0}</translation>
    </message>
    <message>
        <source>Trying {0}</source>
        <translation>正在试运行 {0}</translation>
    </message>
    <message>
        <source>{0} is installed</source>
        <translation>{0} 已安装</translation>
    </message>
    <message>
        <source>Reading it runs code: it has the Lambda layer “{0}”.</source>
        <translation>读取它会运行代码：其中有 Lambda 层“{0}”。</translation>
    </message>
    <message>
        <source>Reading it runs code: it holds pickled Python objects.</source>
        <translation>读取它会运行代码：其中含有 pickle 序列化的 Python 对象。</translation>
    </message>
    <message>
        <source>Its outputs aren&apos;t floating-point numbers.</source>
        <translation>它的输出不是浮点数。</translation>
    </message>
    <message>
        <source>The quantized model has no operator that corresponds to it.</source>
        <translation>量化后的模型中没有与之对应的算子。</translation>
    </message>
    <message>
        <source>Nothing that was run calls its subgraph.</source>
        <translation>运行的内容中没有任何部分调用它所在的子图。</translation>
    </message>
    <message>
        <source>Its subgraph is called by an operator, or with values, that can&apos;t be followed.</source>
        <translation>它所在的子图由无法跟踪的算子或以无法跟踪的值调用。</translation>
    </message>
    <message>
        <source>Its subgraph was never run on these inputs.</source>
        <translation>在这些输入上它的子图从未运行。</translation>
    </message>
    <message>
        <source>It works on strings or resources, which can&apos;t be given to it from outside.</source>
        <translation>它处理字符串或资源，无法从外部给它输入。</translation>
    </message>
    <message>
        <source>Done</source>
        <translation>完成</translation>
    </message>
    <message>
        <source>The built-in kernel set</source>
        <translation>内置内核</translation>
    </message>
    <message>
        <source>generated (seed {0})</source>
        <translation>自动生成（种子 {0}）</translation>
    </message>
</context>
<context>
    <name>Planner</name>
    <message>
        <source>Measuring ranges of {model}</source>
        <translation>正在测量 {model} 的范围</translation>
    </message>
</context>
<context>
    <name>Precision</name>
    <message>
        <source>int8</source>
        <translation>int8</translation>
    </message>
    <message>
        <source>hybrid int8</source>
        <translation>混合 int8</translation>
    </message>
    <message>
        <source>hybrid int4</source>
        <translation>混合 int4</translation>
    </message>
    <message>
        <source>int16x8</source>
        <translation>int16x8</translation>
    </message>
    <message>
        <source>weight-only int8</source>
        <translation>仅权重 int8</translation>
    </message>
    <message>
        <source>weight-only int4</source>
        <translation>仅权重 int4</translation>
    </message>
    <message>
        <source>float16</source>
        <translation>float16</translation>
    </message>
    <message>
        <source>float32</source>
        <translation>float32</translation>
    </message>
    <message>
        <source>float fallback</source>
        <translation>浮点回退</translation>
    </message>
    <message>
        <source>data only</source>
        <translation>仅搬运数据</translation>
    </message>
    <message>
        <source>All-integer: activations and weights are int8.</source>
        <translation>全整数：激活和权重均为 int8。</translation>
    </message>
    <message>
        <source>Weights are int8; activations are quantized on the fly; the arithmetic runs in integers.</source>
        <translation>权重为 int8；激活在运行时量化；以整数运算。</translation>
    </message>
    <message>
        <source>Weights are int4; activations are quantized on the fly; the arithmetic runs in integers.</source>
        <translation>权重为 int4；激活在运行时量化；以整数运算。</translation>
    </message>
    <message>
        <source>All-integer: activations are int16, weights int8.</source>
        <translation>全整数：激活为 int16，权重为 int8。</translation>
    </message>
    <message>
        <source>Weights are stored in 8 bits; the arithmetic runs in float.</source>
        <translation>权重以 8 位存储；以浮点运算。</translation>
    </message>
    <message>
        <source>Weights are stored in 4 bits; the arithmetic runs in float.</source>
        <translation>权重以 4 位存储；以浮点运算。</translation>
    </message>
    <message>
        <source>Weights are stored as float16.</source>
        <translation>权重以 float16 存储。</translation>
    </message>
    <message>
        <source>Runs in float, as the recipe asks.</source>
        <translation>按方案要求以浮点运行。</translation>
    </message>
    <message>
        <source>Runs in float although the recipe asks for less.</source>
        <translation>方案要求更低精度，但仍以浮点运行。</translation>
    </message>
    <message>
        <source>Moves or indexes data only; there is no arithmetic to quantize.</source>
        <translation>只搬运或索引数据，没有可量化的运算。</translation>
    </message>
    <message>
        <source>Precision</source>
        <translation>精度</translation>
    </message>
</context>
<context>
    <name>Prober</name>
    <message>
        <source>Trying operators of {model} in float</source>
        <translation>正在试验 {model} 的浮点算子</translation>
    </message>
</context>
<context>
    <name>Problem</name>
    <message>
        <source>The recipe can&apos;t be used</source>
        <translation>无法使用该方案</translation>
    </message>
    <message>
        <source>{name} can&apos;t be opened</source>
        <translation>无法打开 {name}</translation>
    </message>
    <message>
        <source>This can&apos;t be done with {name}</source>
        <translation>{name} 不支持该操作</translation>
    </message>
    <message>
        <source>The data doesn&apos;t fit {name}</source>
        <translation>数据与 {name} 不匹配</translation>
    </message>
    <message>
        <source>The request contradicts itself</source>
        <translation>请求自相矛盾</translation>
    </message>
    <message>
        <source>The result can&apos;t be written</source>
        <translation>无法写入结果</translation>
    </message>
    <message>
        <source>What became of {name} did not pass its check</source>
        <translation>{name} 的量化结果未通过检查</translation>
    </message>
    <message>
        <source>The device can&apos;t be measured on</source>
        <translation>无法在该设备上测量</translation>
    </message>
    <message>
        <source>adb can&apos;t be used</source>
        <translation>无法使用 adb</translation>
    </message>
    <message>
        <source>The phone isn&apos;t ready</source>
        <translation>手机尚未就绪</translation>
    </message>
    <message>
        <source>The phone went away</source>
        <translation>手机已断开</translation>
    </message>
    <message>
        <source>The phone doesn&apos;t answer</source>
        <translation>手机没有应答</translation>
    </message>
    <message>
        <source>The phone refused</source>
        <translation>手机拒绝了</translation>
    </message>
    <message>
        <source>benchmark_model is missing</source>
        <translation>缺少 benchmark_model</translation>
    </message>
    <message>
        <source>The download failed</source>
        <translation>下载失败</translation>
    </message>
    <message>
        <source>The history can&apos;t be used</source>
        <translation>无法使用历史记录</translation>
    </message>
    <message>
        <source>{name} would run code</source>
        <translation>{name} 会运行代码</translation>
    </message>
    <message>
        <source>A shape is missing</source>
        <translation>缺少形状</translation>
    </message>
    <message>
        <source>The converter is not installed</source>
        <translation>转换器未安装</translation>
    </message>
    <message>
        <source>{name} was not installed</source>
        <translation>{name} 未能安装</translation>
    </message>
    <message>
        <source>{name} was not converted</source>
        <translation>{name} 未能转换</translation>
    </message>
    <message>
        <source>{name} can&apos;t be run</source>
        <translation>无法运行 {name}</translation>
    </message>
    <message>
        <source>Open View, Devices, Set up: choose a file there, or download the official one.</source>
        <translation>打开“视图 &gt; 设备 &gt; 设置”：在那里选择文件，或下载官方版本。</translation>
    </message>
    <message>
        <source>Install Quantscope again so that it brings its runtime.</source>
        <translation>请重新安装 Quantscope，以带上其运行时。</translation>
    </message>
    <message>
        <source>If you trust where it comes from, say so in the sheet and convert.</source>
        <translation>如果你信任其来源，请在转换页中勾选后再转换。</translation>
    </message>
    <message>
        <source>Write the shape in the sheet, then convert again.</source>
        <translation>请在转换页中填写形状，然后重新转换。</translation>
    </message>
    <message>
        <source>Install it in the sheet.</source>
        <translation>请在转换页中安装。</translation>
    </message>
    <message>
        <source>This did not work with {name}</source>
        <translation>对 {name} 的操作未成功</translation>
    </message>
    <message>
        <source>The runtime is missing on this computer</source>
        <translation>此电脑上缺少运行时</translation>
    </message>
</context>
<context>
    <name>Quantizer</name>
    <message>
        <source>There is no place for the result</source>
        <translation>没有存放结果的位置</translation>
    </message>
    <message>
        <source>The folder for results can&apos;t be made: {reason}.</source>
        <translation>无法创建结果文件夹：{reason}。</translation>
    </message>
    <message>
        <source>Make room on the disk, then try again.</source>
        <translation>请释放磁盘空间后重试。</translation>
    </message>
    <message>
        <source>Quantizing {model}</source>
        <translation>正在量化 {model}</translation>
    </message>
</context>
<context>
    <name>Query</name>
    <message>
        <source>This expression takes too long on the names here.</source>
        <translation>这个表达式在这里的名称上耗时过长。</translation>
    </message>
    <message>
        <source>{expression} is no regular expression: {reason}.</source>
        <translation>{expression} 不是正则表达式：{reason}。</translation>
    </message>
</context>
<context>
    <name>Reason</name>
    <message>
        <source>hybrid-kernel</source>
        <translation>以 8 位运行：{target} 具有 int8 权重的内核，激活在运行时量化。</translation>
    </message>
    <message>
        <source>int8-lookup</source>
        <translation>查找 int8 行（每行有各自的缩放因子），并以浮点输出。</translation>
    </message>
    <message>
        <source>float16-weights</source>
        <translation>权重以 16 位存储；硬件支持时以 float16 计算，否则以 float32 计算。</translation>
    </message>
    <message>
        <source>holds-partition</source>
        <translation>{target} 没有适用于 {operator} 的 int8 权重、浮点激活的内核。权重以 8 位存储、以浮点计算，使委托能保持整张图不被切开。</translation>
    </message>
    <message>
        <source>hybrid-not-faster</source>
        <translation>在此处，运行时量化激活所花的时间与 8 位运算节省的时间相当（{outputs} 个输出各累加 {depth} 个乘积，输入共 {inputs} 个）。权重以 8 位存储，以浮点计算。</translation>
    </message>
    <message>
        <source>per-tensor-too-coarse</source>
        <translation>{operator} 的 8 位内核对整个权重只支持一个缩放因子，这样该权重只剩 {decibel} dB。权重以 8 位存储，每行有各自的缩放因子，以浮点计算。</translation>
    </message>
    <message>
        <source>no-quantized-kernel</source>
        <translation>{target} 对这种形式（{what}）的 int8 权重 {operator} 计算错误或不支持。权重以 8 位存储，以浮点计算。</translation>
    </message>
    <message>
        <source>int4-kernel</source>
        <translation>使用 4 位权重运行（缩放：{scales}）：{target} 有即时量化激活值的内核。</translation>
    </message>
    <message>
        <source>int4-lookup</source>
        <translation>查找 4 位权重的行（缩放：{scales}），并以浮点输出。</translation>
    </message>
    <message>
        <source>int4-leaves-delegate</source>
        <translation>按方案要求，权重以 4 位存储，以浮点计算。{target} 不解包这种权重，因此该算子由内置内核运行，委托的图在此被切断。</translation>
    </message>
    <message>
        <source>int4-too-coarse</source>
        <translation>用 4 位时其权重只剩 {decibel} dB，加上其他算子的误差，预计超过模型所能承受的程度，改用 8 位。</translation>
    </message>
    <message>
        <source>no-int4-kernel</source>
        <translation>{target} 没有 {operator} 在这种形式下使用 4 位权重的内核，改用 8 位。</translation>
    </message>
    <message>
        <source>no-such-scales</source>
        <translation>{target} 有 {operator} 使用量化权重的内核，但没有方案要求的缩放形式（{asked}），改用 {scales}。</translation>
    </message>
    <message>
        <source>dynamic-shape</source>
        <translation>索引的形状要到模型运行时才知道。权重以 8 位存储，以浮点查找。</translation>
    </message>
    <message>
        <source>shared-weight</source>
        <translation>该权重与 {other} 共享，而后者需要另一种形式。</translation>
    </message>
    <message>
        <source>weight-not-constant</source>
        <translation>权重不是本子图的常量：它在模型运行时计算得出，或由调用方传入。</translation>
    </message>
    <message>
        <source>too-few-elements</source>
        <translation>权重只有 {elements} 个元素，少于方案的下限 {minimum}：保留浮点只多占 {bytes} 字节，并能保持精度。</translation>
    </message>
    <message>
        <source>not-smaller</source>
        <translation>以 8 位存储时该权重不会变小：其缩放因子占用的空间抵消了数值节省的空间。</translation>
    </message>
    <message>
        <source>recurrent-incomplete</source>
        <translation>该算子只有部分权重是常量，而其内核要求全部为 8 位或全部不是。</translation>
    </message>
    <message>
        <source>out-of-float16-range</source>
        <translation>权重的数值对 float16 来说过大或过小：它最大到 65504，低于 6e-5 时会损失精度。</translation>
    </message>
    <message>
        <source>sparse-weight</source>
        <translation>权重以稀疏形式存储，此方案无法量化。</translation>
    </message>
    <message>
        <source>not-float</source>
        <translation>其输入不是 float32，因此没有可在运行时量化的内容。</translation>
    </message>
    <message>
        <source>weight-only</source>
        <translation>按方案要求，权重以小位宽存储，以浮点计算。</translation>
    </message>
    <message>
        <source>needs-calibration</source>
        <translation>{precision} 运算需要激活值的范围，而范围要用样本数据测得；目前没有数据。</translation>
    </message>
    <message>
        <source>integer-kernel</source>
        <translation>全程以整数运算：{target} 有激活为 {precision} 的内核。</translation>
    </message>
    <message>
        <source>integer-data</source>
        <translation>原样搬运已量化的数值，沿用周围算子的刻度。</translation>
    </message>
    <message>
        <source>no-integer-kernel</source>
        <translation>{target} 没有 {operator} 的 {precision} 内核，因此以浮点运行。</translation>
    </message>
    <message>
        <source>unsound-integer-kernel</source>
        <translation>{target} 以 {precision} 计算这种形式的 {operator} 时结果有误或根本不支持（{what}），因此以浮点运行。</translation>
    </message>
    <message>
        <source>faster-in-float</source>
        <translation>{target} 只以浮点运行 {operator}。若用 {precision}，它会离开委托并把图切开，耗时比转成浮点再转回更长。</translation>
    </message>
    <message>
        <source>between-float</source>
        <translation>周围的算子以浮点运行，在这里转换操作数的开销大于整数带来的好处。</translation>
    </message>
    <message>
        <source>slower-in-integers</source>
        <translation>{operator} 的 {precision} 内核速度不到运行时量化激活的内核的一半，而且精度更低。</translation>
    </message>
    <message>
        <source>loop-product</source>
        <translation>属于循环体，其中的数值保持浮点：若用 {precision}，每一步的结果都会被舍入。运行时量化激活不会舍入结果，也不更慢。</translation>
    </message>
    <message>
        <source>loop-state</source>
        <translation>属于循环体：位数过少时误差会逐步累积。</translation>
    </message>
    <message>
        <source>not-reached</source>
        <translation>校准数据从未到达这里，无法得知其范围，因此以浮点运行。</translation>
    </message>
    <message>
        <source>far-apart-values</source>
        <translation>数值分成相距很远的两组，较大的一组达到 {largest}（例如加上掩码之处）；一个缩放系数无法兼顾，因此以浮点运行。</translation>
    </message>
    <message>
        <source>scales-too-far-apart</source>
        <translation>操作数与结果的大小相差太大，超出 {operator} 整数内核的能力，因此以浮点运行。</translation>
    </message>
    <message>
        <source>not-finite</source>
        <translation>操作数“{tensor}”含有无穷大或 NaN，整数无法表示。</translation>
    </message>
    <message>
        <source>kept-by-rule</source>
        <translation>方案 {recipe} 的第 {rule} 条规则让它保持浮点。</translation>
    </message>
    <message>
        <source>kept-by-default</source>
        <translation>方案 {recipe} 只量化其规则点名的算子，而没有规则点到它。</translation>
    </message>
    <message>
        <source>not-requested</source>
        <translation>没有方案 {recipe} 会量化的权重，因此保持浮点。</translation>
    </message>
    <message>
        <source>control-flow</source>
        <translation>只调用其他子图，那些子图中的算子各有自己的精度。</translation>
    </message>
    <message>
        <source>custom-operator</source>
        <translation>自定义算子：只有提供它的应用程序知道其内核。</translation>
    </message>
    <message>
        <source>float16-source</source>
        <translation>源模型的权重已经以 16 位存储；保持不变。</translation>
    </message>
    <message>
        <source>already-quantized</source>
        <translation>在源模型中已经量化；保持不变。</translation>
    </message>
    <message>
        <source>data-movement</source>
        <translation>搬运、索引或转换数据；没有可量化的浮点运算。</translation>
    </message>
</context>
<context>
    <name>Recipe</name>
    <message>
        <source>{recipe} (edited)</source>
        <translation>{recipe}（已编辑）</translation>
    </message>
</context>
<context>
    <name>RecipeControls</name>
    <message>
        <source>Recipe</source>
        <translation>方案</translation>
    </message>
    <message>
        <source>Target</source>
        <translation>目标</translation>
    </message>
    <message>
        <source>recipe {recipe}</source>
        <translation>方案 {recipe}</translation>
    </message>
</context>
<context>
    <name>RecipeEditor</name>
    <message>
        <source>These samples don’t fit {model}</source>
        <translation>这些样本与 {model} 不匹配</translation>
    </message>
    <message>
        <source>import {name}</source>
        <translation>导入 {name}</translation>
    </message>
    <message>
        <source>Saved {path}</source>
        <translation>已保存 {path}</translation>
    </message>
    <message>
        <source>The recipe was not saved</source>
        <translation>方案未保存</translation>
    </message>
</context>
<context>
    <name>RecipePanel</name>
    <message>
        <source>Recipe</source>
        <translation>方案</translation>
    </message>
    <message>
        <source>add a rule</source>
        <translation>添加规则</translation>
    </message>
    <message>
        <source>remove a rule</source>
        <translation>删除规则</translation>
    </message>
    <message>
        <source>move a rule</source>
        <translation>移动规则</translation>
    </message>
    <message>
        <source>edit a rule</source>
        <translation>编辑规则</translation>
    </message>
    <message>
        <source>edit the default</source>
        <translation>编辑默认设置</translation>
    </message>
    <message>
        <source>Import a recipe…</source>
        <translation>导入方案…</translation>
    </message>
    <message>
        <source>Export the recipe…</source>
        <translation>导出方案…</translation>
    </message>
    <message>
        <source>By default</source>
        <translation>默认</translation>
    </message>
    <message>
        <source>Scales per</source>
        <translation>缩放粒度</translation>
    </message>
    <message>
        <source>Algorithm</source>
        <translation>算法</translation>
    </message>
    <message>
        <source>Inputs, outputs</source>
        <translation>输入与输出</translation>
    </message>
    <message>
        <source>Rules; later ones win</source>
        <translation>规则；后面的优先</translation>
    </message>
    <message>
        <source>Add a rule</source>
        <translation>添加规则</translation>
    </message>
    <message>
        <source>Remove the rule</source>
        <translation>删除规则</translation>
    </message>
    <message>
        <source>Move up</source>
        <translation>上移</translation>
    </message>
    <message>
        <source>Move down</source>
        <translation>下移</translation>
    </message>
    <message>
        <source>Rules</source>
        <translation>规则</translation>
    </message>
</context>
<context>
    <name>Remark</name>
    <message>
        <source>few-samples</source>
        <translation>用 {count} 个样本测量范围偏少：{enough} 个以上、涵盖各种情况会更好。</translation>
    </message>
    <message>
        <source>not-finite</source>
        <translation>有些值是无穷大或不是数。</translation>
    </message>
    <message>
        <source>constant</source>
        <translation>所有值都是 {value}：这真的是模型会看到的数据吗？</translation>
    </message>
    <message>
        <source>outside-declared-range</source>
        <translation>取值从 {low} 到 {high}，超出了模型元数据所声明的 {least} 到 {most}。</translation>
    </message>
</context>
<context>
    <name>Remedy</name>
    <message>
        <source>float16-source</source>
        <translation>使用 8 位权重的方案可使其更小；整数运算需要 float32 模型。</translation>
    </message>
    <message>
        <source>dynamic-shape</source>
        <translation>转换模型时固定其输入形状。</translation>
    </message>
    <message>
        <source>hybrid-not-faster</source>
        <translation>在此要求 hybrid-int8 的规则可以推翻这一决定。</translation>
    </message>
    <message>
        <source>per-tensor-too-coarse</source>
        <translation>在此要求 hybrid-int8 的规则可以推翻这一决定。</translation>
    </message>
    <message>
        <source>int4-leaves-delegate</source>
        <translation>若速度比大小更重要，请在此要求 weight-only-int8。</translation>
    </message>
    <message>
        <source>int4-too-coarse</source>
        <translation>在此要求 hybrid-int4 的规则可以推翻这一决定。</translation>
    </message>
    <message>
        <source>needs-calibration</source>
        <translation>提供用于校准的样本数据，或在运行时量化激活。</translation>
    </message>
    <message>
        <source>not-finite</source>
        <translation>请检查模型的训练过程。</translation>
    </message>
    <message>
        <source>not-reached</source>
        <translation>请提供能到达这里的样本数据。</translation>
    </message>
    <message>
        <source>slower-in-integers</source>
        <translation>若仍要以整数运行，请添加一条点名它的规则。</translation>
    </message>
    <message>
        <source>loop-product</source>
        <translation>若仍要以整数运行，请添加一条点名它的规则。</translation>
    </message>
    <message>
        <source>kept-by-default</source>
        <translation>添加一条规则，让这里使用 8 位。</translation>
    </message>
    <message>
        <source>kept-by-rule</source>
        <translation>添加一条规则，让这里使用 8 位。</translation>
    </message>
    <message>
        <source>out-of-float16-range</source>
        <translation>把权重存为 8 位，其缩放会适应权重的取值。</translation>
    </message>
    <message>
        <source>shared-weight</source>
        <translation>转换时让各算子拥有各自的权重。</translation>
    </message>
    <message>
        <source>sparse-weight</source>
        <translation>转换模型时不要使用稀疏。</translation>
    </message>
</context>
<context>
    <name>RemedyButton</name>
    <message>
        <source>Quantize to 8 bits</source>
        <translation>量化为 8 位</translation>
    </message>
    <message>
        <source>Quantize on the fly</source>
        <translation>在运行时量化</translation>
    </message>
    <message>
        <source>Store in 8 bits</source>
        <translation>存为 8 位</translation>
    </message>
    <message>
        <source>Quantize anyway</source>
        <translation>仍然量化</translation>
    </message>
    <message>
        <source>Do this</source>
        <translation>照此办理</translation>
    </message>
</context>
<context>
    <name>ResultCard</name>
    <message>
        <source>Save &amp;As…</source>
        <translation>另存为(&amp;A)…</translation>
    </message>
    <message>
        <source>&amp;Compare</source>
        <translation>比较(&amp;C)</translation>
    </message>
    <message>
        <source>Dismiss</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>{size}, {share} of {source}</source>
        <translation>{size}，为 {source} 的 {share}</translation>
    </message>
    <message>
        <source>{name} · written and checked in {time}</source>
        <translation>{name} · 写出并检查用时 {time}</translation>
    </message>
</context>
<context>
    <name>RoomBox</name>
    <message>
        <source>Most room for the history</source>
        <translation>历史记录占用的上限</translation>
    </message>
    <message>
        <source>Holds from the next measurement on. The baseline always stays.</source>
        <translation>从下一次测量起生效。基准始终保留。</translation>
    </message>
    <message>
        <source>; beyond that the oldest go</source>
        <translation>，超出后删除最旧的</translation>
    </message>
    <message numerus="yes">
        <source>%n measurement(s), {size} of at most</source>
        <translation>
            <numerusform>%n 次测量，已占 {size}，上限</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Rule</name>
    <message>
        <source>#</source>
        <translation>#</translation>
    </message>
    <message>
        <source>Operators</source>
        <translation>算子</translation>
    </message>
    <message>
        <source>Asks for</source>
        <translation>要求</translation>
    </message>
    <message>
        <source>Matches</source>
        <translation>匹配数</translation>
    </message>
    <message>
        <source>{value}</source>
        <translation>{value}</translation>
    </message>
    <message>
        <source>“{value}”</source>
        <translation>“{value}”</translation>
    </message>
    <message>
        <source>/{value}/</source>
        <translation>/{value}/</translation>
    </message>
    <message>
        <source>{value}/…</source>
        <translation>{value}/…</translation>
    </message>
    <message>
        <source>#{value}</source>
        <translation>#{value}</translation>
    </message>
    <message>
        <source>in subgraph {value}</source>
        <translation>子图 {value} 中</translation>
    </message>
    <message>
        <source>all operators</source>
        <translation>所有算子</translation>
    </message>
    <message>
        <source>from {count} elements</source>
        <translation>至少 {count} 个元素</translation>
    </message>
    <message>
        <source>nothing</source>
        <translation>无</translation>
    </message>
</context>
<context>
    <name>RuleForm</name>
    <message>
        <source>Type</source>
        <translation>类型</translation>
    </message>
    <message>
        <source>CONV_2D; * and ? are wildcards</source>
        <translation>CONV_2D；* 和 ? 是通配符</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>名称</translation>
    </message>
    <message>
        <source>all of it; * and ? are wildcards</source>
        <translation>完整名称；* 和 ? 是通配符</translation>
    </message>
    <message>
        <source>Expression</source>
        <translation>表达式</translation>
    </message>
    <message>
        <source>found in the name</source>
        <translation>在名称中查找</translation>
    </message>
    <message>
        <source>Scope</source>
        <translation>作用域</translation>
    </message>
    <message>
        <source>encoder/layer_0</source>
        <translation>encoder/layer_0</translation>
    </message>
    <message>
        <source>Operators</source>
        <translation>算子</translation>
    </message>
    <message>
        <source>1, 4-7</source>
        <translation>1, 4-7</translation>
    </message>
    <message>
        <source>Subgraph</source>
        <translation>子图</translation>
    </message>
    <message>
        <source>0</source>
        <translation>0</translation>
    </message>
    <message>
        <source>(unchanged)</source>
        <translation>（不变）</translation>
    </message>
    <message>
        <source>Ask for</source>
        <translation>要求</translation>
    </message>
    <message>
        <source>Scales per</source>
        <translation>缩放粒度</translation>
    </message>
    <message>
        <source>Algorithm</source>
        <translation>算法</translation>
    </message>
    <message>
        <source>Smallest weight</source>
        <translation>最小权重</translation>
    </message>
    <message>
        <source>This is no expression yet: {reason}.</source>
        <translation>这还不是正则表达式：{reason}。</translation>
    </message>
    <message>
        <source>Operators are numbers and ranges such as 1, 4-7; “{reason}” is neither.</source>
        <translation>算子应为编号和范围，例如 1, 4-7；“{reason}”不是。</translation>
    </message>
    <message>
        <source>A subgraph is a number from 0 on; “{reason}” is none.</source>
        <translation>子图应为从 0 开始的编号；“{reason}”不是。</translation>
    </message>
    <message>
        <source>The smallest weight is a number of elements from 1 on; “{reason}” is none.</source>
        <translation>最小权重应为不小于 1 的元素个数；“{reason}”不是。</translation>
    </message>
</context>
<context>
    <name>Sample</name>
    <message>
        <source>Digits, depthwise CNN</source>
        <translation>手写数字（深度可分离 CNN）</translation>
    </message>
    <message>
        <source>A small MobileNet that reads handwritten digits from 16x16 images, with depthwise layers large and small.</source>
        <translation>一个小型 MobileNet，从 16x16 图像识别手写数字，包含大小不同的深度卷积层。</translation>
    </message>
    <message>
        <source>Digits, LSTM</source>
        <translation>手写数字（LSTM）</translation>
    </message>
    <message>
        <source>Two fused LSTM operators that read a handwritten digit row by row, 8 rows of 8 pixels.</source>
        <translation>两个融合 LSTM 算子，逐行读取手写数字（8 行，每行 8 像素）。</translation>
    </message>
</context>
<context>
    <name>SampleCount</name>
    <message>
        <source>Number of samples</source>
        <translation>样本数</translation>
    </message>
    <message>
        <source>So many are taken, spread evenly over the file</source>
        <translation>从文件中均匀抽取这么多样本</translation>
    </message>
    <message numerus="yes">
        <source>of %n sample(s) in the file</source>
        <translation>
            <numerusform>（文件中共 %n 个样本）</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Sampler</name>
    <message>
        <source>no samples</source>
        <translation>不使用样本</translation>
    </message>
    <message numerus="yes">
        <source>%n sample(s) of {name}</source>
        <translation>
            <numerusform>{name} 的 %n 个样本</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>SamplesBox</name>
    <message>
        <source>Samples to measure ranges on</source>
        <translation>用于测量范围的样本</translation>
    </message>
    <message>
        <source>Choose…</source>
        <translation>选择…</translation>
    </message>
    <message>
        <source>An .npz file with an array for each input of the model, samples first; an .npy file for a model with one input; or a saved calibration. It can be dropped on the window as well.</source>
        <translation>一个 .npz 文件，模型的每个输入对应一个数组，第一维为样本；只有一个输入的模型也可用 .npy 文件；或已保存的校准。也可以拖放到窗口上。</translation>
    </message>
    <message>
        <source>None</source>
        <translation>无</translation>
    </message>
    <message>
        <source>none chosen</source>
        <translation>未选择</translation>
    </message>
    <message>
        <source>Without them made-up ones are used, and the result is not to be trusted.</source>
        <translation>没有样本时将使用虚构的样本，其结果不可信。</translation>
    </message>
    <message>
        <source>in the file: {dtype}, {low} to {high}</source>
        <translation>文件中：{dtype}，{low} 到 {high}</translation>
    </message>
    <message>
        <source>Checking…</source>
        <translation>正在检查…</translation>
    </message>
    <message numerus="yes">
        <source>A saved calibration on %n sample(s)</source>
        <translation>
            <numerusform>基于 %n 个样本的已保存校准</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Saver</name>
    <message>
        <source>The source model stays as it is</source>
        <translation>源模型保持不变</translation>
    </message>
    <message>
        <source>{path} is an open source model, and source models are never changed.</source>
        <translation>{path} 是已打开的源模型，源模型绝不会被更改。</translation>
    </message>
    <message>
        <source>Choose another name or folder.</source>
        <translation>请选择其他名称或文件夹。</translation>
    </message>
    <message>
        <source>The model was not saved</source>
        <translation>模型未能保存</translation>
    </message>
</context>
<context>
    <name>ScalesPlot</name>
    <message numerus="yes">
        <source>%n scale(s)</source>
        <translation>
            <numerusform>%n 个缩放</numerusform>
        </translation>
    </message>
    <message>
        <source>{count} scales from {low} to {high}, channel by channel</source>
        <translation>{count} 个缩放，从 {low} 到 {high}，按通道排列</translation>
    </message>
</context>
<context>
    <name>Scheme</name>
    <message>
        <source>Planned precision</source>
        <translation>计划的精度</translation>
    </message>
    <message>
        <source>Precision now</source>
        <translation>当前精度</translation>
    </message>
    <message>
        <source>Weight size</source>
        <translation>权重大小</translation>
    </message>
    <message>
        <source>Own error (SQNR)</source>
        <translation>自身误差 (SQNR)</translation>
    </message>
    <message>
        <source>Accumulated error (SQNR)</source>
        <translation>累积误差 (SQNR)</translation>
    </message>
    <message>
        <source>Latency</source>
        <translation>延迟</translation>
    </message>
    <message>
        <source>Speed-up</source>
        <translation>加速比</translation>
    </message>
    <message>
        <source>Delegate partition</source>
        <translation>委托分区</translation>
    </message>
    <message>
        <source>Imported overlay</source>
        <translation>导入的叠加数据</translation>
    </message>
    <message>
        <source>no weights</source>
        <translation>无权重</translation>
    </message>
    <message>
        <source>no error, or none measured</source>
        <translation>无误差或未测量</translation>
    </message>
    <message>
        <source>not measured</source>
        <translation>未测量</translation>
    </message>
    <message>
        <source>no value</source>
        <translation>无数值</translation>
    </message>
    <message>
        <source>not delegated</source>
        <translation>未委托</translation>
    </message>
    <message>
        <source>partition {number}</source>
        <translation>分区 {number}</translation>
    </message>
    <message>
        <source>further ones</source>
        <translation>其余分区</translation>
    </message>
</context>
<context>
    <name>Setting</name>
    <message>
        <source>Auto</source>
        <translation>自动</translation>
    </message>
    <message>
        <source>Tensor</source>
        <translation>张量</translation>
    </message>
    <message>
        <source>Channel</source>
        <translation>通道</translation>
    </message>
    <message>
        <source>Block of 32</source>
        <translation>32 个一块</translation>
    </message>
    <message>
        <source>Block of 64</source>
        <translation>64 个一块</translation>
    </message>
    <message>
        <source>Block of 128</source>
        <translation>128 个一块</translation>
    </message>
    <message>
        <source>Block of 256</source>
        <translation>256 个一块</translation>
    </message>
    <message>
        <source>Min-max</source>
        <translation>最小-最大</translation>
    </message>
    <message>
        <source>MSE</source>
        <translation>MSE</translation>
    </message>
    <message>
        <source>OCTAV</source>
        <translation>OCTAV</translation>
    </message>
    <message>
        <source>rounding as suits</source>
        <translation>自动选择舍入</translation>
    </message>
    <message>
        <source>rounded to nearest</source>
        <translation>就近舍入</translation>
    </message>
    <message>
        <source>rounded in balance</source>
        <translation>平衡舍入</translation>
    </message>
    <message>
        <source>rounded with compensation (GPTQ)</source>
        <translation>补偿舍入（GPTQ）</translation>
    </message>
    <message>
        <source>Float</source>
        <translation>浮点</translation>
    </message>
    <message>
        <source>Integers</source>
        <translation>整数</translation>
    </message>
    <message>
        <source>Integer inputs</source>
        <translation>仅输入为整数</translation>
    </message>
    <message>
        <source>Integer outputs</source>
        <translation>仅输出为整数</translation>
    </message>
</context>
<context>
    <name>Setup</name>
    <message>
        <source>threads: </source>
        <translation>线程：</translation>
    </message>
    <message>
        <source>Threads</source>
        <translation>线程</translation>
    </message>
    <message>
        <source>How many threads the model may run on</source>
        <translation>模型可使用的线程数</translation>
    </message>
    <message>
        <source>Delegate</source>
        <translation>委托</translation>
    </message>
    <message>
        <source>Cores</source>
        <translation>核心</translation>
    </message>
    <message>
        <source>Which cores it is kept to, where the system tells them apart</source>
        <translation>把它限制在哪些核心上（若系统能区分）</translation>
    </message>
    <message>
        <source>Seconds for each</source>
        <translation>每个的秒数</translation>
    </message>
    <message>
        <source>How long each variant is measured</source>
        <translation>每个变体测量多久</translation>
    </message>
    <message>
        <source>Inputs</source>
        <translation>输入</translation>
    </message>
    <message>
        <source>From a file…</source>
        <translation>来自文件…</translation>
    </message>
    <message>
        <source>By operator</source>
        <translation>逐算子</translation>
    </message>
    <message>
        <source>Also times each operator, in runs of their own that take longer</source>
        <translation>另外在较慢的专门运行中为每个算子计时</translation>
    </message>
    <message>
        <source>This computer</source>
        <translation>本机</translation>
    </message>
</context>
<context>
    <name>SetupDialog</name>
    <message>
        <source>Phones</source>
        <translation>手机</translation>
    </message>
    <message>
        <source>this computer</source>
        <translation>这台电脑</translation>
    </message>
    <message>
        <source>adb server</source>
        <translation>adb 服务器</translation>
    </message>
    <message>
        <source>host:port of an adb server elsewhere, for phones in a rack</source>
        <translation>别处 adb 服务器的“主机:端口”，用于机架上的手机</translation>
    </message>
    <message>
        <source>found by itself</source>
        <translation>自动查找</translation>
    </message>
    <message>
        <source>adb program</source>
        <translation>adb 程序</translation>
    </message>
    <message>
        <source>Keep clocks steady while measuring, on phones that can</source>
        <translation>测量时保持频率稳定（在支持的手机上）</translation>
    </message>
    <message>
        <source>Apply</source>
        <translation>应用</translation>
    </message>
    <message>
        <source>Choose…</source>
        <translation>选择…</translation>
    </message>
    <message>
        <source>Choose benchmark_model for {abi}</source>
        <translation>选择用于 {abi} 的 benchmark_model</translation>
    </message>
    <message>
        <source>Download…</source>
        <translation>下载…</translation>
    </message>
    <message>
        <source>Download benchmark_model for {abi}</source>
        <translation>下载用于 {abi} 的 benchmark_model</translation>
    </message>
    <message>
        <source>benchmark_model by kind of phone</source>
        <translation>各类手机的 benchmark_model</translation>
    </message>
    <message>
        <source>The program that runs models on phones: a file of yours, or the official one.</source>
        <translation>在手机上运行模型的程序：您自己的文件，或官方版本。</translation>
    </message>
    <message>
        <source>adb</source>
        <translation>adb</translation>
    </message>
    <message>
        <source>none yet</source>
        <translation>尚无</translation>
    </message>
    <message>
        <source>Download the official benchmark_model for {abi}?</source>
        <translation>下载用于 {abi} 的官方 benchmark_model？</translation>
    </message>
    <message>
        <source>From {address}
Its sha256 is shown and kept; another file from there will be refused.</source>
        <translation>来自 {address}
其 sha256 会被显示并记住；以后来自该地址的不同文件将被拒绝。</translation>
    </message>
    <message>
        <source>Download</source>
        <translation>下载</translation>
    </message>
</context>
<context>
    <name>SourceConverter</name>
    <message>
        <source>Converting {name}</source>
        <translation>正在转换 {name}</translation>
    </message>
    <message>
        <source>Installing {converter}</source>
        <translation>正在安装 {converter}</translation>
    </message>
</context>
<context>
    <name>SourceDesk</name>
    <message>
        <source>Converted {name}</source>
        <translation>已转换 {name}</translation>
    </message>
    <message>
        <source>identical</source>
        <translation>完全相同</translation>
    </message>
    <message>
        <source>agrees with its source: {agreement}</source>
        <translation>与源模型一致：{agreement}</translation>
    </message>
    <message>
        <source>{name} has changed</source>
        <translation>{name} 已更改</translation>
    </message>
    <message>
        <source>{model} was made of it before that.</source>
        <translation>{model} 是在此之前由它生成的。</translation>
    </message>
    <message>
        <source>Convert it again, or go on with the model as it is.</source>
        <translation>可以重新转换，也可以继续使用现有模型。</translation>
    </message>
    <message>
        <source>The converted model is not what {name} is</source>
        <translation>转换后的模型与 {name} 不一致</translation>
    </message>
    <message numerus="yes">
        <source>On the same inputs %n output(s) differ by more than rounding explains.</source>
        <translation>
            <numerusform>在相同输入上有 %n 个输出的差异超出舍入误差。</numerusform>
        </translation>
    </message>
    <message>
        <source>Don&apos;t ship it. Try other shapes, another export, or report the model to the converter&apos;s makers.</source>
        <translation>请勿发布。请尝试其他形状或重新导出，或将该模型报告给转换器的开发者。</translation>
    </message>
</context>
<context>
    <name>SourceKind</name>
    <message>
        <source>TensorFlow SavedModel</source>
        <translation>TensorFlow SavedModel</translation>
    </message>
    <message>
        <source>Keras model</source>
        <translation>Keras 模型</translation>
    </message>
    <message>
        <source>Keras model (HDF5)</source>
        <translation>Keras 模型 (HDF5)</translation>
    </message>
    <message>
        <source>TensorFlow frozen graph</source>
        <translation>TensorFlow 冻结图</translation>
    </message>
    <message>
        <source>ONNX model</source>
        <translation>ONNX 模型</translation>
    </message>
    <message>
        <source>PyTorch exported program</source>
        <translation>PyTorch 导出程序</translation>
    </message>
    <message>
        <source>TorchScript module</source>
        <translation>TorchScript 模块</translation>
    </message>
    <message>
        <source>Pickled PyTorch object</source>
        <translation>pickle 序列化的 PyTorch 对象</translation>
    </message>
    <message>
        <source>StableHLO module</source>
        <translation>StableHLO 模块</translation>
    </message>
    <message>
        <source>MediaPipe task bundle</source>
        <translation>MediaPipe 任务包</translation>
    </message>
    <message>
        <source>LiteRT-LM bundle</source>
        <translation>LiteRT-LM 模型包</translation>
    </message>
</context>
<context>
    <name>SourceSheet</name>
    <message>
        <source>Convert {name}</source>
        <translation>转换 {name}</translation>
    </message>
    <message>
        <source>Model in the bundle</source>
        <translation>包中的模型</translation>
    </message>
    <message>
        <source>I trust this file: run the code that came with it</source>
        <translation>我信任此文件：运行其中的代码</translation>
    </message>
    <message>
        <source>Keep operators that only TensorFlow has (the device then needs Flex)</source>
        <translation>保留仅 TensorFlow 具有的算子（设备需要 Flex）</translation>
    </message>
    <message>
        <source>Float model to write</source>
        <translation>要写入的浮点模型</translation>
    </message>
    <message>
        <source>Choose…</source>
        <translation>选择…</translation>
    </message>
    <message>
        <source>From a Folder of Wheels…</source>
        <translation>从 wheel 文件夹安装…</translation>
    </message>
    <message>
        <source>Folder of Wheels</source>
        <translation>wheel 文件夹</translation>
    </message>
    <message>
        <source>Show Log</source>
        <translation>显示日志</translation>
    </message>
    <message>
        <source>Convert</source>
        <translation>转换</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>Signatures</source>
        <translation>签名</translation>
    </message>
    <message>
        <source>Custom operators: {operators}</source>
        <translation>自定义算子：{operators}</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>模型</translation>
    </message>
    <message>
        <source>Input shapes</source>
        <translation>输入形状</translation>
    </message>
    <message>
        <source>Converter</source>
        <translation>转换器</translation>
    </message>
    <message>
        <source>1 × 224 × 224 × 3</source>
        <translation>1 × 224 × 224 × 3</translation>
    </message>
    <message>
        <source>a single value</source>
        <translation>单个值</translation>
    </message>
    <message>
        <source>Shape of {input}</source>
        <translation>{input} 的形状</translation>
    </message>
    <message>
        <source>The file doesn&apos;t say; the converter will.</source>
        <translation>文件中没有说明；转换器会给出。</translation>
    </message>
    <message>
        <source>{converter} is not installed. It takes about {size} and goes into a folder of Quantscope&apos;s own, apart from your Python.</source>
        <translation>{converter} 未安装。它约占 {size}，安装在 Quantscope 自己的文件夹中，与你的 Python 分开。</translation>
    </message>
    <message>
        <source>{converter} is installed.</source>
        <translation>{converter} 已安装。</translation>
    </message>
    <message>
        <source>Install {converter} ({size})</source>
        <translation>安装 {converter}（{size}）</translation>
    </message>
    <message>
        <source>Take Out and Open</source>
        <translation>取出并打开</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>The shape of {input} must be whole numbers that fit {shape}.</source>
        <translation>{input} 的形状必须是与 {shape} 相符的整数。</translation>
    </message>
    <message>
        <source>its number of dimensions</source>
        <translation>其维数</translation>
    </message>
</context>
<context>
    <name>StartPage</name>
    <message>
        <source>Recent</source>
        <translation>最近打开</translation>
    </message>
    <message>
        <source>Models you open are listed here.</source>
        <translation>打开过的模型会列在这里。</translation>
    </message>
    <message>
        <source>Samples</source>
        <translation>示例</translation>
    </message>
    <message>
        <source>This installation has no samples.</source>
        <translation>此安装没有示例。</translation>
    </message>
    <message>
        <source>See for every operator whether it will run in 8 bits, and why, before anything is converted. Quantize in one step and get a smaller, faster model that has been checked on the real runtime. Compare it with the original; your source files are never changed.</source>
        <translation>在转换之前，就能看到每个算子是否会以 8 位运行以及原因。一步完成量化，得到更小、更快且已在真实运行时上检查过的模型。可与原模型比较；源文件绝不会被更改。</translation>
    </message>
</context>
<context>
    <name>StatusLine</name>
    <message numerus="yes">
        <source>%n problem(s)</source>
        <translation>
            <numerusform>%n 个问题</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>SummaryStrip</name>
    <message>
        <source>{share} of the source, on disk</source>
        <translation>为源模型的 {share}（实际）</translation>
    </message>
    <message>
        <source>{share} of the source, as planned</source>
        <translation>为源模型的 {share}（计划）</translation>
    </message>
    <message>
        <source>{some} of {all}</source>
        <translation>{some} / {all}</translation>
    </message>
    <message>
        <source>operators in 8 bits</source>
        <translation>个算子以 8 位运行</translation>
    </message>
    <message>
        <source>Operators whose arithmetic runs in 8 bits. Click to show only these.</source>
        <translation>以 8 位运算的算子。点击只显示这些算子。</translation>
    </message>
    <message numerus="yes">
        <source>fall(s) back to float</source>
        <translation>
            <numerusform>个回退到浮点</numerusform>
        </translation>
    </message>
    <message>
        <source>on disk</source>
        <translation>磁盘占用</translation>
    </message>
    <message>
        <source>The plan is being made.</source>
        <translation>正在制定方案。</translation>
    </message>
    <message>
        <source>Operators that run in float although the recipe asks for less. Click to show only these.</source>
        <translation>方案要求更低精度但仍以浮点运行的算子。点击只显示这些算子。</translation>
    </message>
    <message>
        <source>operators in 16 bits</source>
        <translation>个算子以 16 位存储</translation>
    </message>
    <message>
        <source>Operators whose weights are stored in 16 bits. Click to show only these.</source>
        <translation>权重以 16 位存储的算子。点击只显示这些算子。</translation>
    </message>
    <message>
        <source>no delegate on this target</source>
        <translation>此目标不使用委托</translation>
    </message>
    <message>
        <source>Every operator runs on the runtime&apos;s own kernels.</source>
        <translation>所有算子都使用运行时自带的内核。</translation>
    </message>
    <message numerus="yes">
        <source>delegate partition(s)</source>
        <translation>
            <numerusform>个委托分区</numerusform>
        </translation>
    </message>
    <message>
        <source>Runs of operators the delegate takes as one; one is best, each border costs time.
Click to show the operators it does not take.</source>
        <translation>委托作为整体执行的算子段；一个最好，每个边界都会耗费时间。
点击显示委托不执行的算子。</translation>
    </message>
</context>
<context>
    <name>TensorList</name>
    <message numerus="yes">
        <source>and %n more</source>
        <translation>
            <numerusform>以及另外 %n 个</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>TensorRow</name>
    <message>
        <source>(absent)</source>
        <translation>（缺省）</translation>
    </message>
    <message>
        <source>optional input that is not given</source>
        <translation>未提供的可选输入</translation>
    </message>
    <message>
        <source>(unnamed tensor {index})</source>
        <translation>（未命名张量 {index}）</translation>
    </message>
    <message>
        <source>constant</source>
        <translation>常量</translation>
    </message>
    <message>
        <source>As planned: data type, size, scale with zero point, and the weight&apos;s own signal to noise ratio</source>
        <translation>计划：数据类型、大小、缩放与零点，以及权重自身的信噪比</translation>
    </message>
    <message>
        <source>scale {scale}</source>
        <translation>缩放 {scale}</translation>
    </message>
</context>
<context>
    <name>Times</name>
    <message>
        <source>timed by itself</source>
        <translation>单独计时</translation>
    </message>
    <message>
        <source>in a model of its own</source>
        <translation>在单独的模型中</translation>
    </message>
    <message>
        <source>by the delegate</source>
        <translation>由委托运行</translation>
    </message>
    <message>
        <source>nothing left to run</source>
        <translation>无需运行</translation>
    </message>
    <message>
        <source>not attributed</source>
        <translation>未归属</translation>
    </message>
    <message>
        <source>#</source>
        <translation>#</translation>
    </message>
    <message>
        <source>Place in the order of execution</source>
        <translation>执行顺序中的位置</translation>
    </message>
    <message>
        <source>Type</source>
        <translation>类型</translation>
    </message>
    <message>
        <source>Kind of operator</source>
        <translation>算子种类</translation>
    </message>
    <message>
        <source>Time</source>
        <translation>时间</translation>
    </message>
    <message>
        <source>Time per inference in the first variant</source>
        <translation>第一个变体中每次推理的时间</translation>
    </message>
    <message>
        <source>Against</source>
        <translation>对比</translation>
    </message>
    <message>
        <source>Time per inference of what does its work in the variant held against it</source>
        <translation>在对比变体中完成同样工作的部分每次推理的时间</translation>
    </message>
    <message>
        <source>Difference</source>
        <translation>差值</translation>
    </message>
    <message>
        <source>Less is faster</source>
        <translation>越小越快</translation>
    </message>
    <message>
        <source>Share</source>
        <translation>占比</translation>
    </message>
    <message>
        <source>Share of the time of all operators</source>
        <translation>占所有算子时间的比例</translation>
    </message>
    <message>
        <source>How</source>
        <translation>方式</translation>
    </message>
    <message>
        <source>What ran, and how its time is known</source>
        <translation>运行了什么，以及时间如何得知</translation>
    </message>
    <message>
        <source>Time of each operator</source>
        <translation>每个算子的时间</translation>
    </message>
</context>
<context>
    <name>ValueReader</name>
    <message>
        <source>Reading values of {operator}</source>
        <translation>正在读取 {operator} 的数值</translation>
    </message>
</context>
<context>
    <name>ValuesStrip</name>
    <message>
        <source>Show values</source>
        <translation>显示数值</translation>
    </message>
    <message>
        <source>How the values of its output are spread in both models, and what is clipped</source>
        <translation>其输出的数值在两个模型中的分布，以及被截断的部分</translation>
    </message>
    <message>
        <source>Output of {operator}</source>
        <translation>{operator} 的输出</translation>
    </message>
    <message>
        <source>Reading…</source>
        <translation>正在读取…</translation>
    </message>
    <message>
        <source>{dtype}, scale {scale}, zero point {zero}: represents {low} to {high}</source>
        <translation>{dtype}，缩放因子 {scale}，零点 {zero}：可表示 {low} 到 {high}</translation>
    </message>
    <message>
        <source>{dtype}: nothing is clipped</source>
        <translation>{dtype}：没有截断</translation>
    </message>
    <message>
        <source>{share} of the values clipped</source>
        <translation>{share} 的数值被截断</translation>
    </message>
    <message numerus="yes">
        <source>%n value(s)</source>
        <translation>
            <numerusform>%n 个数值</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Variants</name>
    <message>
        <source>source</source>
        <translation>源模型</translation>
    </message>
    <message>
        <source>identical</source>
        <translation>完全相同</translation>
    </message>
    <message>
        <source>Result</source>
        <translation>结果</translation>
    </message>
    <message>
        <source>Recipe and target</source>
        <translation>方案与目标</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>大小</translation>
    </message>
    <message>
        <source>Size of the file</source>
        <translation>文件大小</translation>
    </message>
    <message>
        <source>Ratio</source>
        <translation>比例</translation>
    </message>
    <message>
        <source>Share of the source&apos;s size</source>
        <translation>占源模型大小的比例</translation>
    </message>
    <message>
        <source>In 8 bits</source>
        <translation>8 位</translation>
    </message>
    <message>
        <source>Operators whose arithmetic runs in 8 bits, of all</source>
        <translation>以 8 位运算的算子占全部算子</translation>
    </message>
    <message>
        <source>Partitions</source>
        <translation>分区</translation>
    </message>
    <message>
        <source>Delegate partitions, as planned for the target</source>
        <translation>委托分区数，按目标计划</translation>
    </message>
    <message>
        <source>SQNR</source>
        <translation>SQNR</translation>
    </message>
    <message>
        <source>Worst output, as last compared; not shown where nothing was measured</source>
        <translation>最差的输出，以最近一次比较为准；未测量时不显示</translation>
    </message>
    <message>
        <source>Latency</source>
        <translation>延迟</translation>
    </message>
    <message>
        <source>Median, as last measured, and how many times faster than the source</source>
        <translation>最近一次测得的中位数，以及比源模型快多少倍</translation>
    </message>
</context>
<context>
    <name>VariantsTable</name>
    <message>
        <source>Results of the model</source>
        <translation>模型的结果</translation>
    </message>
</context>
<context>
    <name>WeightBars</name>
    <message>
        <source>Weights now {now}, planned {planned}</source>
        <translation>权重当前 {now}，计划 {planned}</translation>
    </message>
    <message>
        <source>now</source>
        <translation>当前</translation>
    </message>
    <message>
        <source>planned</source>
        <translation>计划</translation>
    </message>
</context>
<context>
    <name>WorkArea</name>
    <message>
        <source>Colour by</source>
        <translation>着色依据</translation>
    </message>
    <message>
        <source>Operators</source>
        <translation>算子</translation>
    </message>
    <message>
        <source>Latency</source>
        <translation>延迟</translation>
    </message>
    <message>
        <source>Graph</source>
        <translation>计算图</translation>
    </message>
    <message>
        <source>Reading {model}…</source>
        <translation>正在读取 {model}…</translation>
    </message>
    <message>
        <source>Differences</source>
        <translation>差异</translation>
    </message>
    <message>
        <source>Compare</source>
        <translation>比较</translation>
    </message>
</context>
</TS>
